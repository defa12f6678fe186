"""A scraped table with one row per profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from itertools import chain

import pyarrow as pa

from hairpipe.errors import ConfigError
from hairpipe.source.listing import Listing, listing_of
from hairpipe.source.locate import Located, locate
from hairpipe.source.pictures import LARGEST_PICTURE, FilePictures
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.source.rows.attribute_types import SeenKinds, agreed, kind_of, kind_of_column, kind_of_text
from hairpipe.source.rows.mapped_columns import UnseenColumns, named_columns
from hairpipe.source.rows.profile_columns import ProfileColumns
from hairpipe.source.rows.profile_row import Profile, ProfileReader
from hairpipe.source.rows.row import Row
from hairpipe.source.settings import AttributeType, RowSettings, TableSettings
from hairpipe.source.table.csv_columns import CsvBlock
from hairpipe.source.table.csv_rows import csv_blocks, csv_rows
from hairpipe.source.table.embedded import TablePictures, type_at
from hairpipe.source.table.json_rows import JsonShape, LineBlock, json_blocks, json_rows
from hairpipe.source.table.parquet_rows import ParquetBlock, ParquetColumns, parquet_blocks, parquet_rows
from hairpipe.source.table.table_files import TableFile, table_files
from hairpipe.storage.folder import Folder
from hairpipe.storage.parquet_file import READ_ERRORS, open_parquet

_JSON = frozenset({".jsonl", ".ndjson", ".json"})
_CSV = frozenset({".csv", ".tsv"})
_PARQUET = frozenset({".parquet"})

Block = LineBlock | ParquetBlock | CsvBlock


class TableSource:
    """The portraits of a table; see :class:`hairpipe.source.profile.Source`.

    Every row with an id of its own gives a portrait for each picture it names, or one without
    a picture where it names none. Every other row gives a reject. Where two rows share an id,
    the first counts.
    """

    def __init__(self, settings: TableSettings) -> None:
        self._settings = settings
        self._columns = settings.mapped_columns

    def portraits(self) -> Iterator[Portrait | Reject]:
        """Yield every portrait and every reject once, in the table's order.

        Raises
        ------
        hairpipe.errors.ConfigError
            If there is no table, no profile in it, or no row has a column that the
            configuration names; the last two only after the last row.
        """
        rows = chain.from_iterable(self._rows(file) for file in self._files)
        yield from portraits_of(rows, self._settings, self._images)

    def blocks(self) -> Iterator[Portrait | Reject | pa.Table]:
        """Yield what :meth:`portraits` does, with tables of portraits where that is quicker.

        An id may come twice where one is in such a table.
        """
        blocks = chain.from_iterable(self._blocks(file) for file in self._files)
        yield from _entries(blocks, self._settings, self._images)

    def attribute_types(self, names: Iterable[str]) -> dict[str, AttributeType]:
        """Return the types of attributes as their columns and values have them; see `Source`."""
        paths = {name: self._columns.attributes.get(name, name) for name in names}
        types = {name: kind for name, path in paths.items() if (kind := self._column_type(path)) is not None}
        seen = SeenKinds({name: path for name, path in paths.items() if name not in types})
        for file in self._files:
            kind_of_value = kind_of_text if file.suffix in _CSV else kind_of
            for row in () if seen.is_settled else self._rows(file):
                if isinstance(row, Row):
                    seen.look(row.values, kind_of_value)
                if seen.is_settled:
                    break
        return types | seen.types

    def pictures(self, at_most: int = LARGEST_PICTURE) -> Pictures:
        """Return the reader of the pictures."""
        files = FilePictures(self._images, at_most)
        tables = [file for file in self._files if file.suffix in _PARQUET]
        return TablePictures(tables[0].folder, self._columns.image, files) if tables else files

    @cached_property
    def _images(self) -> Folder:
        return Folder(self._settings.images) if self._settings.images else self._files[0].folder

    def _rows(self, file: TableFile) -> Iterator[Row | Reject]:
        if file.suffix in _CSV:
            return csv_rows(file, self._named, self._columns.id)
        if file.suffix in _PARQUET:
            return parquet_rows(file, self._parquet_columns)
        return json_rows(file, self._json_shape)

    def _blocks(self, file: TableFile) -> Iterator[Row | Reject | Block]:
        if file.suffix in _PARQUET:
            return parquet_blocks(file, self._parquet_columns)
        if file.suffix in _CSV:
            return csv_blocks(file, self._named, self._columns.id)
        return json_blocks(file, self._json_shape)

    @cached_property
    def _json_shape(self) -> JsonShape:
        return JsonShape(self._columns.id or self._columns.image, self._settings.shape.envelopes)

    def _column_type(self, path: str) -> AttributeType | None:
        """Return the type that the schemas of all files give a column, None where its values tell."""
        types = [type_at(schema, path) for schema in self._schemas]
        return agreed(kind_of_column(kind) for kind in types if kind is not None) if types else None

    @cached_property
    def _schemas(self) -> list[pa.Schema]:
        """The files' schemas where all are Parquet, else none."""
        if any(file.suffix not in _PARQUET for file in self._files):
            return []
        schemas = []
        for file in self._files:
            # One that can't be read is a reject later.
            with suppress(*READ_ERRORS), file.open() as handle:
                schemas.append(open_parquet(handle).schema_arrow)
        return schemas

    @cached_property
    def _parquet_columns(self) -> ParquetColumns:
        columns = self._columns
        return ParquetColumns(
            id=columns.id,
            image=columns.image,
            origin=self._settings.shape.origin,
            named=self._named,
            others=[columns.name] if columns.name else [],
        )

    @cached_property
    def _named(self) -> list[str]:
        return [*named_columns(self._settings).values()]

    @cached_property
    def _files(self) -> list[TableFile]:
        return table_files(self._settings.path, _JSON | _CSV | _PARQUET)


def portraits_of(
    rows: Iterable[Row | Reject], settings: RowSettings, images: Folder
) -> Iterator[Portrait | Reject]:
    """Yield the portraits and the rejects of rows.

    Parameters
    ----------
    images : Folder
        Where the pictures lie.

    Raises
    ------
    hairpipe.errors.ConfigError
        After the last row, if there is no profile, or no row has a column that the configuration names.
    """
    for entry in _entries(rows, settings, images):
        if not isinstance(entry, pa.Table):
            yield entry


def _entries(
    blocks: Iterable[Row | Reject | Block], settings: RowSettings, images: Folder
) -> Iterator[Portrait | Reject | pa.Table]:
    """Yield the portraits and rejects of rows, and tables of portraits for clean blocks of lines."""
    unseen = UnseenColumns(settings)
    listing = listing_of(images)
    columns = ProfileColumns(settings.mapped_columns, settings.carry, listing)
    reader = ProfileReader(settings.mapped_columns, settings.carry)
    seen: set[str] = set()
    first_reject: Reject | None = None
    tables = 0
    for row in _by_column(blocks, columns, unseen):
        if isinstance(row, pa.Table):
            tables += 1
            yield row
            continue
        if isinstance(row, Row):
            unseen.look(row.values)
            profile = reader.read(row)
            if isinstance(profile, Profile):
                yield from _portraits(profile, row, listing, seen)
                continue
            row = profile
        first_reject = first_reject or row
        yield row
    unseen.complain()
    if not seen and not tables:
        why = f" ({first_reject.place}: {first_reject.detail})" if first_reject else ""
        raise ConfigError(f"{settings.whole} holds no profile{why}; check that it is the right one")


def _by_column(
    blocks: Iterable[Row | Reject | Block], columns: ProfileColumns, unseen: UnseenColumns
) -> Iterator[Row | Reject | pa.Table]:
    """Yield portraits or rows, each block parsed by a thread while the block before is used."""
    before: tuple[Block, Future[pa.RecordBatch | None]] | None = None
    with ThreadPoolExecutor(1) as thread:
        for block in chain(blocks, [None]):
            coming = None
            if isinstance(block, Block):
                coming = block, thread.submit(block.columns, columns)
            if before is not None:
                yield from _portraits_or_rows(before[0], before[1].result(), columns, unseen)
            before = coming
            if isinstance(block, Row | Reject):
                yield block


def _portraits_or_rows(
    block: Block, parsed: pa.RecordBatch | None, columns: ProfileColumns, unseen: UnseenColumns
) -> Iterator[Row | Reject | pa.Table]:
    """Yield a block's portraits, or its rows where it is not plain."""
    # Only rows tell which columns there are.
    table = None if unseen.are_left or parsed is None else columns.portraits(parsed)
    yield from block.rows() if table is None else (table,)


def _portraits(profile: Profile, row: Row, listing: Listing, seen: set[str]) -> Iterator[Portrait | Reject]:
    if profile.profile_id in seen:
        yield Reject(RejectReason.DUPLICATE_ID, row.place, f"id {profile.profile_id!r} came before")
        return
    pictures = (
        [row.picture] if row.picture else [locate(image, listing) for image in profile.images or (None,)]
    )
    for number, picture in enumerate(pictures, 1):
        portrait_id = profile.profile_id if number == 1 else f"{profile.profile_id}#{number}"
        if portrait_id in seen:
            yield Reject(RejectReason.DUPLICATE_ID, row.place, f"portrait {portrait_id!r} came before")
            continue
        seen.add(portrait_id)
        yield _portrait(portrait_id, profile, picture, number)


def _portrait(portrait_id: str, profile: Profile, picture: Located, number: int) -> Portrait:
    return Portrait(
        portrait_id=portrait_id,
        profile_id=profile.profile_id,
        name=profile.name,
        image=picture.image,
        problem=picture.problem,
        detail=picture.detail,
        face=profile.face if number == 1 else None,
        attributes=profile.attributes,
        size=picture.size,
        version=picture.version,
        notes=profile.notes if number == 1 else (),
    )
