"""Files and folders that appear under their name whole or not at all, and replace nothing unasked."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hairpipe.errors import ConfigError
from hairpipe.storage.folder import Folder


def check_target(path: Path, force: bool, output: Folder | None = None) -> None:
    """Raise ConfigError where an export can't go.

    Parameters
    ----------
    force : bool
        Whether a file of that name may be replaced; a folder never is.
    output : Folder, optional
        What is exported. Other files among its tables would be taken for rows by their readers.
    """
    # A path has single slashes.
    if ":/" in str(path):
        raise ConfigError(f"{path} is a URL; export to a path of this machine and copy it from there")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"there is no folder {path.absolute().parent}; make it, or name another path")
    if path.is_dir():
        raise ConfigError(f"{path} is a folder that is there already; name a path that is not")
    if os.path.lexists(path) and not path.is_file():
        raise ConfigError(f"{path} is there already and is no file; name another path")
    if path.is_file() and not force:
        raise ConfigError(f"{path} is there already; name another path, or say --force to replace it")
    if output is not None and output.is_local:
        inside = Path(output.root).resolve()
        if path.resolve().is_relative_to(inside):
            raise ConfigError(f"{path} lies inside of the output {output.url}; name a path outside of it")


@contextlib.contextmanager
def new_file(path: Path, force: bool = False, output: Folder | None = None) -> Iterator[IO[bytes]]:
    """Open a file for writing that gets its name once all is written; see :func:`check_target`.

    Raises
    ------
    ConfigError
        If it can't go there.
    """
    check_target(path, force, output)
    unfinished = _unfinished(path)
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        check_target(path, force)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path, output: Folder | None = None) -> Iterator[Path]:
    """Make a folder that gets its name once all is in it; see :func:`check_target`.

    Raises
    ------
    ConfigError
        If it can't go there.
    """
    check_target(path, False, output)
    unfinished = _unfinished(path)
    try:
        unfinished.mkdir()
        yield unfinished
        check_target(path, False)
        unfinished.rename(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.{uuid.uuid4().hex}.part")
