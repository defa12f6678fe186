"""What must hold among the rows of a bucket, as a query on the four tables that finds what does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hairpipe.status import Status
from hairpipe.storage.database import Database
from hairpipe.store.buckets import bucket_numbers
from hairpipe.store.masks import run_lengths
from hairpipe.store.schema import KEYS, PAINTED_HAIR, PORTRAIT_COLUMNS, TableName, Tables

# Shares and fractions are stored with 24 bits.
SHARE_TOLERANCE = 1e-4
FRACTION_TOLERANCE = 1e-5

_KEY = "bucket, portrait_id, source"
_OF_EVERY_TABLE = "\nUNION ALL ".join(
    f"""
SELECT '{table}' AS "table", 'belongs into another bucket' AS what, {_KEY}
FROM {table} WHERE bucket <> own_bucket
UNION ALL SELECT '{table}', 'has more than one row with its {", ".join(keys)}', {_KEY}
FROM {table} GROUP BY bucket, {", ".join(keys)} HAVING count(*) > 1
UNION ALL SELECT '{table}', 'has no row in portraits', {_KEY}
FROM {table} AS known ANTI JOIN portraits USING ({_KEY})"""
    for table, keys in KEYS.items()
)
# The table, what is wrong, and which portrait it is wrong with. Where a row shows what an earlier look found,
# the inventory knows of the last one, which failed.
_CHECKS = f"""
SELECT DISTINCT * FROM ({_OF_EVERY_TABLE}
UNION ALL SELECT 'portraits', 'has a status that there is not', {_KEY}
FROM portraits WHERE status NOT IN ({", ".join(f"'{status}'" for status in Status)})
UNION ALL SELECT 'portraits', 'has a last_failure and is not ok', {_KEY}
FROM portraits WHERE last_failure IS NOT NULL AND status <> 'ok'
UNION ALL SELECT 'inventory', 'has no row in the inventory', {_KEY}
FROM portraits ANTI JOIN inventory USING ({_KEY})
UNION ALL SELECT 'inventory', 'has another status in the inventory', {_KEY}
FROM portraits JOIN inventory USING ({_KEY})
WHERE coalesce(last_failure, portraits.status) <> inventory.status
UNION ALL SELECT 'inventory', 'has another fingerprint in the inventory', {_KEY}
FROM portraits JOIN inventory USING ({_KEY})
WHERE keeps_result IS NOT TRUE AND portraits.fingerprint <> inventory.fingerprint
UNION ALL SELECT 'inventory', 'has another image_digest in the inventory', {_KEY}
FROM portraits JOIN inventory USING ({_KEY})
WHERE keeps_result IS NOT TRUE AND portraits.image_digest IS DISTINCT FROM inventory.image_digest
UNION ALL SELECT 'inventory', 'keeps an earlier result in one table and not in the other', {_KEY}
FROM portraits JOIN inventory USING ({_KEY})
WHERE coalesce(keeps_result, false) <> (last_failure IS NOT NULL)
UNION ALL SELECT 'inventory', 'is removed in one table and not in the other', {_KEY}
FROM portraits JOIN inventory USING ({_KEY}) WHERE removed <> (last_seen_run_id IS NOT NULL)
UNION ALL SELECT 'hair_colors', 'has ranks that do not count up from 1', {_KEY}
FROM hair_colors GROUP BY {_KEY} HAVING min(rank) <> 1 OR max(rank) <> count(*)
UNION ALL SELECT 'hair_colors', 'has shares that do not add up to 1', {_KEY}
FROM hair_colors GROUP BY {_KEY} HAVING abs(sum(share) - 1) > {SHARE_TOLERANCE}
UNION ALL SELECT 'hair_colors', 'is ok and has no hair colours', {_KEY}
FROM portraits ANTI JOIN hair_colors USING ({_KEY}) WHERE status = 'ok'
UNION ALL SELECT 'hair_colors', 'has not as many hair colours as its tone_count says', {_KEY}
FROM portraits JOIN hair_colors USING ({_KEY})
GROUP BY {_KEY}, tone_count HAVING count(*) <> tone_count
UNION ALL SELECT 'hair_colors', 'has another first hair colour than its hair_color', {_KEY}
FROM portraits JOIN hair_colors USING ({_KEY})
WHERE rank = 1 AND hair_colors.name <> hair_color
UNION ALL SELECT 'masks', 'has a mask that can''t be decoded', {_KEY}
FROM masks WHERE pixels <> height::BIGINT * width
UNION ALL SELECT 'masks', 'has a mask of another size than its picture', {_KEY}
FROM masks JOIN portraits USING ({_KEY}) WHERE height <> image_height OR width <> image_width
UNION ALL SELECT 'masks', 'has a hair mask that is not its hair_fraction', {_KEY}
FROM masks JOIN portraits USING ({_KEY}) WHERE region = 'hair'
AND abs(inside / greatest(height::BIGINT * width, 1) - hair_fraction) > {FRACTION_TOLERANCE}
UNION ALL SELECT 'masks', 'has a mask of a region that there is not', {_KEY}
FROM masks WHERE region NOT IN ('hair', 'face', '{PAINTED_HAIR}')
UNION ALL SELECT 'masks', 'is ok and has no hair mask', {_KEY}
FROM portraits ANTI JOIN (FROM masks WHERE region = 'hair') USING ({_KEY}) WHERE status = 'ok'
) ORDER BY ALL
"""


@dataclass(frozen=True)
class Finding:
    """Something that does not hold."""

    table: TableName
    bucket: int
    what: str
    """The sentence's end, after a portrait's id: ``has no hair colours``."""
    portrait_ids: tuple[str, ...]
    """The portraits concerned, as a person knows them: with their source where there are several."""


def check_rows(database: Database, buckets: Mapping[int, Tables], count: int) -> list[Finding]:
    """Return what is wrong with the rows of some of `count` buckets; nothing where all is well."""
    for table in TableName:
        parts = [_to_check(table, bucket, tables[table], count) for bucket, tables in buckets.items()]
        database.show(table, pa.concat_tables(parts))
    (sources,) = database.one("SELECT count(DISTINCT source) FROM portraits")
    found = defaultdict(list)
    for name, what, bucket, portrait_id, source in database.run(_CHECKS):
        found[name, bucket, what].append(f"{portrait_id} of source {source}" if sources > 1 else portrait_id)
    return [Finding(TableName(name), bucket, what, tuple(ids)) for (name, bucket, what), ids in found.items()]


def _to_check(table: TableName, bucket: int, rows: pa.Table, count: int) -> pa.Table:
    """Return rows of a bucket with its number, that of their own, and the masks' pixels."""
    own = pa.array(bucket_numbers(rows["portrait_id"].to_pylist(), count))
    if table == TableName.PORTRAITS:
        # Carried attributes may differ from other columns by case alone, which queries do not tell apart.
        rows = rows.select(PORTRAIT_COLUMNS)
    elif table == TableName.MASKS:
        rows = _with_pixels(rows)
    found_in = pa.array(np.full(len(rows), bucket))
    return rows.append_column("own_bucket", own).append_column("bucket", found_in)


def _with_pixels(masks: pa.Table) -> pa.Table:
    """Return masks with their pixels and how many of these are inside; -1 where they can't be decoded."""
    counted = np.zeros((len(masks), 2), np.int64)
    for place, counts in enumerate(masks["counts"].to_pylist()):
        try:
            runs = run_lengths(counts)
        except ValueError:
            counted[place] = -1, 0
        else:
            counted[place] = runs.sum(), runs[1::2].sum()
    pixels, inside = map(pa.array, counted.T)
    return masks.append_column("pixels", pixels).append_column("inside", inside)
