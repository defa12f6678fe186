"""The source that a configuration describes."""

from __future__ import annotations

from hairpipe.errors import ConfigError
from hairpipe.source.article import ArticleSource
from hairpipe.source.picture_folder import PictureFolderSource
from hairpipe.source.profile import Source
from hairpipe.source.settings import (
    ArticleFolderSettings,
    PictureFolderSettings,
    SourceSettings,
    TableSettings,
)
from hairpipe.source.table import TableSource
from hairpipe.storage.folder import Folder


def require_folders(settings: SourceSettings) -> None:
    """Look whether the folders of pictures that a configuration names are there.

    Raises
    ------
    hairpipe.errors.ConfigError
        If one is not: all its pictures would look gone.
    """
    match settings:
        case TableSettings():
            if settings.images is not None:
                _require_folder("source.images", settings.images)
        case ArticleFolderSettings():
            _require_folder("source.path", f"{settings.path.rstrip('/')}/pngs")
        case PictureFolderSettings():
            _require_folder("source.path", settings.path)


def open_source(settings: SourceSettings) -> Source:
    """Return the source that a configuration describes; nothing is read yet."""
    match settings:
        case TableSettings():
            return TableSource(settings)
        case ArticleFolderSettings():
            return ArticleSource(settings)
        case PictureFolderSettings():
            return PictureFolderSource(settings)


def _require_folder(key: str, path: str) -> None:
    folder = Folder(path)
    folder.refuse_file()
    if not folder.exists(""):
        raise ConfigError(f"{key}: there is no folder {path!r}; see that it is spelt right and mounted")
