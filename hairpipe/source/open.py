"""The source that a configuration describes."""

from __future__ import annotations

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


def open_source(settings: SourceSettings) -> Source:
    """Return the source that a configuration describes; nothing is read yet."""
    match settings:
        case TableSettings():
            return TableSource(settings)
        case ArticleFolderSettings():
            return ArticleSource(settings)
        case PictureFolderSettings():
            return PictureFolderSource(settings)
