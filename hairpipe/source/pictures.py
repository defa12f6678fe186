"""Pictures that are files, as a worker reads them."""

from __future__ import annotations

from dataclasses import dataclass

from hairpipe.storage.failures import FailureKind, kind_of
from hairpipe.storage.folder import Folder
from hairpipe.storage.messages import failed_read
from hairpipe.storage.picture_file import PictureTooLargeError, read_picture_file

LARGEST_PICTURE = 32 * 2**20
"""Bytes, where nothing else is said."""


@dataclass(frozen=True)
class FilePictures:
    """The files of a folder."""

    folder: Folder
    at_most: int = LARGEST_PICTURE
    """The largest picture that is read, in bytes."""

    def read(self, image: str) -> bytes:
        """Return a picture's bytes.

        Raises
        ------
        FileNotFoundError
            If there is no such file (any more).
        hairpipe.storage.folder.OutsideFolderError
            If the path leads out of the folder.
        hairpipe.storage.picture_file.PictureTooLargeError
            If the file is larger than what is read.
        OSError
            If it is no regular file, or can't be read.
        StoreError
            If the disk or the store can't be had: that is no word on the picture.
        """
        if self.folder.is_local:
            return self._read_file(self.folder.path(image))
        with self.folder.open(image) as handle:
            data = handle.read(self.at_most + 1)
        if len(data) > self.at_most:
            raise PictureTooLargeError(self.at_most)
        return data

    def _read_file(self, full: str) -> bytes:
        try:
            return read_picture_file(full, self.at_most)
        except OSError as error:
            if kind_of(error) is FailureKind.PASSING:
                raise failed_read(full, error, is_local=True) from error
            raise
