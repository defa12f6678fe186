"""What must hold among the rows of one bucket: pure functions on its four tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.status import Status
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.masks import run_lengths
from hairpipe.store.parquet import with_column
from hairpipe.store.schema import KEYS, PAINTED_HAIR, TableName, Tables
from hairpipe.store.sources import BEFORE_SOURCE, whole_keys

# Shares and fractions are stored with 24 bits.
SHARE_TOLERANCE = 1e-4
FRACTION_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Finding:
    """Something that does not hold."""

    table: TableName
    what: str
    """The sentence's end, after a portrait's id: ``has no hair colours``."""
    portrait_ids: tuple[str, ...]
    """The portraits concerned."""


def check_rows(tables: Tables, bucket: int, count: int) -> list[Finding]:
    """Return what is wrong with the rows of bucket number `bucket` of `count`; nothing where all is well."""
    sources = pc.unique(tables[TableName.PORTRAITS]["source"])
    misplaced = _misplaced(tables, bucket, count)
    # From here on an id is of one portrait alone.
    tables = {table: _with_whole_keys(rows) for table, rows in tables.items()}
    findings = [
        *misplaced,
        *_keys(tables),
        *_inventory(tables),
        *_hair_colors(tables),
        *_masks(tables),
    ]
    return [_named(finding, len(sources) > 1) for finding in findings if finding.portrait_ids]


def _with_whole_keys(rows: pa.Table) -> pa.Table:
    return with_column(rows, "portrait_id", whole_keys(rows))


def _named(finding: Finding, has_sources: bool) -> Finding:
    """Return a finding whose ids are what a person knows them by."""
    parts = [key.rpartition(BEFORE_SOURCE) for key in finding.portrait_ids]
    names = (f"{name} of source {source}" if has_sources else name for name, _, source in parts)
    return Finding(finding.table, finding.what, tuple(names))


def _misplaced(tables: Tables, bucket: int, count: int) -> Iterator[Finding]:
    for table, rows in tables.items():
        elsewhere = pa.array(bucket_numbers(rows["portrait_id"].to_pylist(), count) != bucket)
        yield _finding(table, "belongs into another bucket", _with_whole_keys(rows), elsewhere)


def _keys(tables: Tables) -> Iterator[Finding]:
    portraits = tables[TableName.PORTRAITS]
    for table, rows in tables.items():
        keys = KEYS[table]
        found = rows.group_by(list(keys)).aggregate([([], "count_all")])
        yield _finding(
            table,
            f"has more than one row with its {', '.join(keys)}",
            found,
            pc.greater(found["count_all"], 1),
        )
        orphans = pc.invert(pc.is_in(rows["portrait_id"], _ids(portraits)))
        yield _finding(table, "has no row in portraits", rows, orphans)
    known = pc.is_in(portraits["status"], pa.array(list(Status), pa.string()))
    yield _finding(TableName.PORTRAITS, "has a status that there is not", portraits, pc.invert(known))


def _inventory(tables: Tables) -> Iterator[Finding]:
    portraits, inventory = tables[TableName.PORTRAITS], tables[TableName.INVENTORY]
    entry = _matched(portraits, inventory)
    yield _finding(
        TableName.INVENTORY, "has no row in the inventory", portraits, pc.is_null(entry["portrait_id"])
    )
    # What an earlier look found stands in the row; the inventory knows the last one, which failed.
    keeps = pc.fill_null(entry["keeps_result"], False)
    for column, other in (
        ("status", pc.coalesce(portraits["last_failure"], portraits["status"])),
        ("fingerprint", pc.if_else(keeps, entry["fingerprint"], portraits["fingerprint"])),
        ("image_digest", pc.if_else(keeps, entry["image_digest"], portraits["image_digest"])),
    ):
        # Two nulls are equal here.
        same = pc.equal(pc.fill_null(entry[column], ""), pc.fill_null(other, ""))
        differs = pc.and_(pc.invert(same), pc.is_valid(entry["portrait_id"]))
        yield _finding(TableName.INVENTORY, f"has another {column} in the inventory", portraits, differs)
    noted = pc.is_valid(portraits["last_failure"])
    yield _finding(
        TableName.INVENTORY,
        "keeps an earlier result in one table and not in the other",
        portraits,
        pc.not_equal(keeps, noted),
    )
    yield _finding(
        TableName.PORTRAITS,
        "has a last_failure and is not ok",
        portraits,
        pc.and_(noted, pc.invert(_is_ok(portraits))),
    )
    differs = pc.not_equal(entry["removed"], pc.is_valid(portraits["last_seen_run_id"]))
    yield _finding(TableName.INVENTORY, "is removed in one table and not in the other", portraits, differs)


def _hair_colors(tables: Tables) -> Iterator[Finding]:
    portraits, colors = tables[TableName.PORTRAITS], tables[TableName.HAIR_COLORS]
    found = colors.group_by("portrait_id").aggregate(
        [("rank", "count"), ("rank", "min"), ("rank", "max"), ("share", "sum")]
    )
    ranked = pc.and_(pc.equal(found["rank_min"], 1), pc.equal(found["rank_max"], found["rank_count"]))
    yield _finding(TableName.HAIR_COLORS, "has ranks that do not count up from 1", found, pc.invert(ranked))
    off = pc.greater(pc.abs(pc.subtract(found["share_sum"], 1.0)), SHARE_TOLERANCE)
    yield _finding(TableName.HAIR_COLORS, "has shares that do not add up to 1", found, off)
    without = pc.and_(_is_ok(portraits), pc.invert(pc.is_in(portraits["portrait_id"], _ids(found))))
    yield _finding(TableName.HAIR_COLORS, "is ok and has no hair colours", portraits, without)
    tones = pc.not_equal(_matched(portraits, found)["rank_count"], portraits["tone_count"])
    yield _finding(
        TableName.HAIR_COLORS, "has not as many hair colours as its tone_count says", portraits, tones
    )
    main = _matched(portraits, colors.filter(pc.equal(colors["rank"], 1)))
    differs = pc.not_equal(main["name"], portraits["hair_color"])
    yield _finding(
        TableName.HAIR_COLORS, "has another first hair colour than its hair_color", portraits, differs
    )


def _masks(tables: Tables) -> Iterator[Finding]:
    portraits, masks = tables[TableName.PORTRAITS], tables[TableName.MASKS]
    pixels, foreground = _mask_pixels(masks["counts"].to_pylist())
    size = pc.multiply(masks["height"].cast(pa.int64()), masks["width"].cast(pa.int64()))
    yield _finding(
        TableName.MASKS, "has a mask that can't be decoded", masks, pc.not_equal(pa.array(pixels), size)
    )
    owner = _matched(masks, portraits)
    fits = pc.and_(
        pc.equal(masks["height"], owner["image_height"]), pc.equal(masks["width"], owner["image_width"])
    )
    yield _finding(TableName.MASKS, "has a mask of another size than its picture", masks, pc.invert(fits))
    fraction = pc.divide(pa.array(foreground, pa.float64()), pc.max_element_wise(size, 1).cast(pa.float64()))
    off = pc.greater(
        pc.abs(pc.subtract(fraction, owner["hair_fraction"].cast(pa.float64()))), FRACTION_TOLERANCE
    )
    is_hair = pc.equal(masks["region"], "hair")
    yield _finding(
        TableName.MASKS, "has a hair mask that is not its hair_fraction", masks, pc.and_(is_hair, off)
    )
    known = pc.is_in(masks["region"], pa.array(["hair", "face", PAINTED_HAIR]))
    yield _finding(TableName.MASKS, "has a mask of a region that there is not", masks, pc.invert(known))
    without = pc.and_(
        _is_ok(portraits), pc.invert(pc.is_in(portraits["portrait_id"], _ids(masks.filter(is_hair))))
    )
    yield _finding(TableName.MASKS, "is ok and has no hair mask", portraits, without)


def _mask_pixels(masks: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each mask's pixels and foreground pixels; -1 where it can't be decoded."""
    pixels = np.full(len(masks), -1, np.int64)
    foreground = np.zeros(len(masks), np.int64)
    for index, counts in enumerate(masks):
        try:
            runs = run_lengths(counts)
        except ValueError:
            continue
        pixels[index], foreground[index] = runs.sum(), runs[1::2].sum()
    return pixels, foreground


def _matched(rows: pa.Table, others: pa.Table) -> pa.Table:
    """Return for each row the row of `others` with its portrait id, all null where there is none."""
    return others.take(pc.index_in(rows["portrait_id"], _ids(others)))


def _ids(rows: pa.Table) -> pa.Array:
    return pa.concat_arrays([pa.array([], pa.string()), *rows["portrait_id"].chunks])


def _is_ok(portraits: pa.Table) -> pa.ChunkedArray:
    return pc.equal(portraits["status"], str(Status.OK))


def _finding(table: TableName, what: str, rows: pa.Table, wrong: pa.Array | pa.ChunkedArray) -> Finding:
    """Collect the ids of the rows for which `wrong` is true, not false or null."""
    ids = pc.unique(rows["portrait_id"].filter(pc.fill_null(wrong, False)))
    return Finding(table, what, tuple(ids.to_pylist()))
