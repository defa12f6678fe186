"""The source that a configuration describes."""

from __future__ import annotations

from collections.abc import Mapping

from hairpipe.errors import ConfigError
from hairpipe.source.article import ArticleSource
from hairpipe.source.database.sql import SqlSource
from hairpipe.source.picture_folder import PictureFolderSource
from hairpipe.source.profile import Source
from hairpipe.source.settings import (
    OPEN,
    ArticleFolderSettings,
    PictureFolderSettings,
    SourceSettings,
    SqlSettings,
    TableSettings,
)
from hairpipe.source.table.table import TableSource
from hairpipe.storage.folder import Folder


def require_folders(settings: SourceSettings) -> None:
    """Look whether the folders of pictures that a configuration names are there.

    Raises
    ------
    hairpipe.errors.ConfigError
        If one is not: all its pictures would look gone.
    """
    match settings:
        case TableSettings() | SqlSettings():
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
        case SqlSettings():
            return SqlSource(settings)


def with_types(settings: SourceSettings, known: Mapping[str, str]) -> tuple[SourceSettings, str | None]:
    """Return the settings with a type for each carried attribute, and what is to be said of them.

    An attribute without a type keeps the one that the tables have, or gets that of its values; without
    any value it stays open, and is not carried.

    Parameters
    ----------
    known : mapping of str to str
        The types that the tables have.
    """
    open_names = [name for name, kind in settings.carry.items() if kind == OPEN]
    new = [name for name in open_names if name not in known]
    source = open_source(settings)
    found = source.attribute_types(new) if new and isinstance(source, TableSource | SqlSource) else {}
    types = {**settings.carry, **{name: known.get(name, found.get(name, OPEN)) for name in open_names}}
    told = [f"{name} is {found[name]}" if name in found else f"{name} has no value yet" for name in new]
    note = f"source.carry: {', '.join(told)}; to have it otherwise, write name: type there" if told else None
    return settings.model_copy(update={"carry": types}), note


def _require_folder(key: str, path: str) -> None:
    folder = Folder(path)
    folder.refuse_file()
    if not folder.exists(""):
        raise ConfigError(f"{key}: there is no folder {path!r}; see that it is spelt right and mounted")
