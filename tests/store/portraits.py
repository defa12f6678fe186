"""Rows as a worker stages them, for the tests of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import latest_manifest, manifest_path, write_manifest
from hairpipe.store.masks import encode_mask
from hairpipe.store.parquet import to_parquet
from hairpipe.store.publish.merge import Changes
from hairpipe.store.publish.publish import publish, put_in_place, recover
from hairpipe.store.schema import (
    KEYS,
    PUBLIC_TABLES,
    Gone,
    TableName,
    change_schema,
    later_columns,
    table_schemas,
)
from hairpipe.store.staging.batches import write_batch
from hairpipe.store.staging.sorted_rows import SortedFiles, write_sorted
from hairpipe.store.store import Store

LATER_COLUMNS = later_columns()
CARRY = {"gender": "string", "age": "int"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEIGHT, WIDTH = 12, 10


def batch_row(
    portrait_id: str,
    *,
    status: str = "ok",
    colors: Sequence[str] = ("blue", "pink"),
    run_id: str = "run-1",
    attributes: Mapping[str, Any] | None = None,
    minutes: int = 0,
    name: str | None = None,
    source: str = "test",
) -> dict[str, Any]:
    """Return one portrait's rows of every table, nested; a portrait that is not ok has no hair."""
    found = status == "ok"
    shares = [2.0**-rank for rank in range(1, len(colors))]
    shares.append(1 - sum(shares))
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[1:7, 2:8] = True
    key = {"portrait_id": portrait_id, "source": source}
    portrait = {
        **key,
        "profile_id": portrait_id.split("#")[0],
        "name": portrait_id.title() if name is None else name,
        "image": f"{portrait_id}.png",
        "image_digest": f"digest of {portrait_id}",
        "image_width": WIDTH,
        "image_height": HEIGHT,
        "status": status,
        "method": "article",
        "fingerprint": "f1",
        "run_id": run_id,
        "processed_at": NOON + timedelta(minutes=minutes),
        "duration_ms": 5.0,
        **({"gender": "f", "age": 17} if attributes is None else attributes),
    }
    if found:
        totals = dict.fromkeys(COLOR_NAMES, 0.0)
        for color, share in zip(colors, shares, strict=True):
            totals[color] += share
        portrait |= {
            "hair_fraction": mask.mean(),
            "hair_color": colors[0],
            "tone_count": len(colors),
            **{f"share_{color}": total for color, total in totals.items()},
        }
    hair_colors = [
        {
            **key,
            "rank": rank,
            "name": color,
            "hex": "#123456",
            **dict.fromkeys(("l", "a", "b", "hue", "saturation", "value"), 0.5),
            "share": share,
            "pixels": int(share * mask.sum()),
            "run_id": run_id,
        }
        for rank, (color, share) in enumerate(zip(colors, shares, strict=True), start=1)
    ]
    masks = [
        {
            **key,
            "region": region,
            "height": HEIGHT,
            "width": WIDTH,
            "counts": encode_mask(mask),
        }
        for region in ("hair", "face")
    ]
    inventory = {
        **key,
        "image": f"{portrait_id}.png",
        "image_size": 1000,
        "image_version": "1",
        "image_digest": f"digest of {portrait_id}",
        "profile_digest": "p1",
        "status": status,
        "fingerprint": "f1",
        "face_fingerprint": "ff1",
        "attempts": 1,
        "removed": False,
    }
    return {
        "portrait": portrait,
        "hair_colors": hair_colors if found else [],
        "masks": masks if found else [],
        "inventory": inventory,
    }


def other_rows(
    refreshed: Mapping[str, str] | None = None,
    removed: Iterable[str] = (),
    dropped: Iterable[str] = (),
    touched: Iterable[str] = (),
    carry: Mapping[str, str] = CARRY,
) -> pa.Table:
    """Return what becomes of portraits that are not looked at; those refreshed get new names."""
    rows: list[dict[str, Any]] = [
        {
            "portrait_id": portrait_id,
            "portrait": {
                "portrait_id": portrait_id,
                "profile_id": portrait_id.split("#")[0],
                "name": name,
                "image": f"moved/{portrait_id}.png",
                **dict.fromkeys(carry),
            },
            "inventory": {
                "portrait_id": portrait_id,
                "image": f"moved/{portrait_id}.png",
                "image_size": 1000,
                "image_version": "2",
                "profile_digest": f"of {name}",
            },
        }
        for portrait_id, name in (refreshed or {}).items()
    ]
    for portrait_id in touched:
        inventory = {**batch_row(portrait_id)["inventory"], "image_version": "new"}
        rows.append({"portrait_id": portrait_id, "inventory": inventory})
    for gone, ids in ((Gone.REMOVED, removed), (Gone.DROPPED, dropped)):
        rows += [{"portrait_id": portrait_id, "gone": str(gone)} for portrait_id in ids]
    return pa.Table.from_pylist(rows, change_schema(carry))


def write_others(store: Store, rows: pa.Table, added: int = 0) -> SortedFiles:
    """Hand rows over to a publish, as a plan does."""
    path = ".hairpipe/plan/others"
    counts = write_sorted(store.folder, path, rows, rows["portrait_id"], store.buckets_with(added))
    return SortedFiles((path,), tuple(counts.tolist()))


def tables_of(
    rows: Sequence[Mapping[str, Any]], carry: Mapping[str, str] = CARRY
) -> dict[TableName, pa.Table]:
    """Return batch rows as tables."""
    nested = {
        TableName.PORTRAITS: [row["portrait"] for row in rows],
        TableName.HAIR_COLORS: [color for row in rows for color in row["hair_colors"]],
        TableName.MASKS: [mask for row in rows for mask in row["masks"]],
        TableName.INVENTORY: [row["inventory"] for row in rows],
    }
    return {
        table: pa.Table.from_pylist(nested[table], schema) for table, schema in table_schemas(carry).items()
    }


def publish_rows(folder: Folder, rows: Sequence[Mapping[str, Any]], **changes: Any) -> Store:
    """Stage rows as one batch and publish them, as a run does, with `others` as :func:`other_rows`."""
    about = {"run_id": "run-1", "source": "test", "fingerprint": "f1", "carry": CARRY, "planned": len(rows)}
    values = {**about, "added": len(rows), **changes}
    if rows:
        write_batch(folder, f"batch-{values['run_id']}", rows, values["carry"])
        values["batches"] = [f"batch-{values['run_id']}"]
    with OutputLock(folder, values["run_id"]) as lock:
        store = recover(folder, lock)
        if "others" in values:
            values["others"] = write_others(store, values["others"], values["added"])
        return publish(store, lock, Changes(**values))


def make_older(folder: Folder, renamed: Mapping[str, str] | None = None) -> None:
    """Turn an output into what a hairpipe from before the later columns would have written.

    Parameters
    ----------
    folder : Folder
    renamed : mapping of str to str, optional
        Carried attributes that had other names then.
    """
    renamed = renamed or {}
    manifest = latest_manifest(folder)
    assert manifest is not None
    files = []
    for entry in manifest.files:
        rows = pq.read_table(pa.BufferReader(folder.read(entry.object_path)))
        had = [name for name in rows.column_names if name not in LATER_COLUMNS]
        if entry.table == TableName.INVENTORY:
            had.insert(1, "source")
        rows = rows.select(had).rename_columns([renamed.get(name, name) for name in had])
        data = to_parquet(rows, [key for key in KEYS[entry.table] if key in had])
        older = entry.model_copy(update={"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)})
        folder.write(older.object_path, data)
        files.append(older)
    carry = {renamed.get(name, name): kind for name, kind in manifest.carry.items()}
    folder.delete(manifest_path(manifest.version))
    write_manifest(folder, manifest.model_copy(update={"files": tuple(files), "carry": carry}))
    put_in_place(folder, None, manifest.model_copy(update={"files": tuple(files)}))


def content(folder: Folder) -> dict[TableName, list[dict[str, Any]]]:
    """Return all rows that readers see, sorted, found by looking into the folder itself."""
    found: dict[TableName, list[dict[str, Any]]] = {}
    for table in PUBLIC_TABLES:
        rows = [
            row
            for path, _ in folder.list(table)
            for row in pq.read_table(pa.BufferReader(folder.read(path))).to_pylist()
        ]
        found[table] = sorted(rows, key=lambda row: [str(row.get(key)) for key in KEYS[table]])
    return found
