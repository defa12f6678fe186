"""Which portraits of an output are wanted, and their rows of every table, bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import ConfigError
from hairpipe.extract.color.names import canonical_color
from hairpipe.store.final_color import final_colors
from hairpipe.store.schema import TableName
from hairpipe.store.sources import whole_keys
from hairpipe.store.store import Store, open_tables

# What is known of a portrait when it is chosen.
_DECISIVE = ("portrait_id", "source", "quality", "hair_color", "label", "final_color", "run_id")


@dataclass(frozen=True)
class Selection:
    """What a portrait must be to be wanted; None and an empty sequence mean anything."""

    quality: float | None = None
    """The least quality; a portrait without one is not wanted then."""
    colors: Sequence[str] = ()
    """Names of hair colours, as people said where they did; aliases such as grey will do."""
    run: str | None = None
    """The run that wrote the row."""
    source: str | None = None

    def of(self, portraits: pa.Table) -> pa.Table:
        """Return those rows of the portraits table that are wanted."""
        if self.quality is not None:
            portraits = portraits.filter(pc.greater_equal(portraits["quality"], self.quality))
        if self.colors:
            names = pa.array([canonical_color(color) for color in self.colors])
            portraits = portraits.filter(pc.is_in(final_colors(portraits), names))
        for column, value in (("run_id", self.run), ("source", self.source)):
            if value is not None:
                portraits = portraits.filter(pc.equal(portraits[column], value))
        return portraits


@dataclass(frozen=True)
class SelectedTables:
    """The rows of one version of an output that a selection leaves."""

    store: Store
    selection: Selection = Selection()

    def parts(self, *tables: TableName) -> Iterator[tuple[pa.Table, ...]]:
        """Yield the rows of the tables asked for, those of the same portraits together.

        A part is a bucket, so that memory stays flat; there is at least one, be it empty.
        """
        numbers = sorted(self.store.manifest.entries(TableName.PORTRAITS)) if self.store.manifest else []
        for number in numbers or [0]:
            rows = {table: self.store.read(table, buckets=[number]) for table in tables}
            if self.selection != Selection():
                portraits = rows.get(TableName.PORTRAITS)
                if portraits is None:
                    portraits = self.store.read(TableName.PORTRAITS, _DECISIVE, [number])
                wanted = whole_keys(self.selection.of(portraits))
                rows = {
                    table: each.filter(pc.is_in(whole_keys(each), wanted)) for table, each in rows.items()
                }
            yield tuple(rows.values())

    def read(self, table: TableName) -> pa.Table:
        """Return all rows of a table."""
        return pa.concat_tables(part for (part,) in self.parts(table))


def select(output: str, selection: Selection, version: int | None = None) -> SelectedTables:
    """Return the portraits of an output that are wanted, of its current version or another that is kept.

    Raises
    ------
    ConfigError
        If nothing has been published there, or the selection names a colour, run or source that there
        is not.
    """
    store = open_tables(output, version)
    for color in selection.colors:
        canonical_color(color)
    for column, word, value in (("run_id", "run", selection.run), ("source", "source", selection.source)):
        if value is not None:
            known = sorted(pc.unique(store.read(TableName.PORTRAITS, [column])[column]).to_pylist())
            if value not in known:
                raise ConfigError(f"{output} has no rows of the {word} {value!r}; it has: {', '.join(known)}")
    return SelectedTables(store, selection)
