"""Pictures that are files, as a worker reads them."""

from __future__ import annotations

from dataclasses import dataclass

from hairpipe.folder import Folder


@dataclass(frozen=True)
class FilePictures:
    """The files of a folder."""

    folder: Folder

    def read(self, image: str) -> bytes:
        """Return a picture's bytes.

        Raises
        ------
        FileNotFoundError
            If there is no such file (any more).
        hairpipe.folder.OutsideFolderError
            If the path leads out of the folder.
        """
        return self.folder.read(image)
