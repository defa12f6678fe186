"""A scraped database that is a database: one row of a query's answer per profile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from hairpipe.errors import ConfigError
from hairpipe.source.database.database import Answer, answer
from hairpipe.source.database.database_uri import DatabaseUri, database_uri
from hairpipe.source.pictures import LARGEST_PICTURE, FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject
from hairpipe.source.rows.attribute_types import SeenKinds, kind_of
from hairpipe.source.rows.mapped_columns import named_columns
from hairpipe.source.rows.row import Row
from hairpipe.source.settings import AttributeType, SqlSettings
from hairpipe.source.table.table import portraits_of
from hairpipe.storage.folder import Folder


class SqlSource:
    """The portraits of a query's answer; see :class:`hairpipe.source.profile.Source`."""

    def __init__(self, settings: SqlSettings) -> None:
        self._settings = settings

    def portraits(self) -> Iterator[Portrait | Reject]:
        """Yield every portrait and every reject once, in the order of the answer.

        Raises
        ------
        hairpipe.errors.ConfigError
            If the database can't be opened, the query is wrong, lacks a column or gives no row.
        hairpipe.errors.StoreError
            If the database can't be had.
        """
        with answer(self._uri, self._settings.query) as found:
            self._check(found.names)
            yield from portraits_of(_rows(found), self._settings, self._images)

    def blocks(self) -> Iterator[Portrait | Reject]:
        """Yield what :meth:`portraits` does."""
        return self.portraits()

    def attribute_types(self, names: Iterable[str]) -> dict[str, AttributeType]:
        """Return the types of attributes as their columns and values have them."""
        columns = self._settings.columns.attributes
        paths = {name: columns.get(name, name) for name in names}
        with answer(self._uri, self._settings.query) as found:
            self._check(found.names)
            types = {name: found.types[path] for name, path in paths.items() if path in found.types}
            seen = SeenKinds({name: path for name, path in paths.items() if name not in types})
            for row in () if seen.is_settled else found.rows:
                seen.look(row.values, kind_of)
                if seen.is_settled:
                    break
        return types | seen.types

    def pictures(self, at_most: int = LARGEST_PICTURE) -> Pictures:
        """Return the reader of the pictures, which are files."""
        return FilePictures(self._images, at_most)

    @property
    def _uri(self) -> DatabaseUri:
        return database_uri(self._settings.uri, os.environ)

    @property
    def _images(self) -> Folder:
        if self._settings.images is not None:
            return Folder(self._settings.images)
        file = self._uri.sqlite_file
        if file is None:
            raise ConfigError("source.images is needed and not set: the folder that the pictures lie in")
        return Folder(PurePath(file).parent)

    def _check(self, names: list[str]) -> None:
        """Raise ConfigError where the answer lacks a column that the configuration names, or has two."""
        for key, path in named_columns(self._settings).items():
            head = path if path in names else path.partition(".")[0]
            if head not in names:
                raise ConfigError(f"{key}: the query has no column {path!r}; it has {', '.join(names[:30])}")
            if names.count(head) > 1:
                raise ConfigError(
                    f"source.query: several columns are called {head!r}; rename all but the one that is meant"
                )


def _rows(found: Answer) -> Iterator[Row]:
    for number, row in enumerate(found.rows, 1):
        yield Row(f"row {number} of the query", f"query:{number}", row.values, row.notes)
