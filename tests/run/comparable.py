"""Tables of two runs, made comparable."""

from __future__ import annotations

from typing import Any

import pandas as pd

# What differs between two runs over the same scrape.
RUN_COLUMNS = ["run_id", "processed_at", "duration_ms"]


def comparable_tables(output: str) -> dict[str, list[str]]:
    """Return each table's rows, in an order of their own and without what belongs to the run."""
    found = {}
    for table in ("portraits", "hair_colors", "masks"):
        frame = pd.read_parquet(f"{output}/{table}")
        frame = frame.drop(columns=[name for name in RUN_COLUMNS if name in frame])
        rows: list[dict[Any, Any]] = frame.to_dict("records")
        found[table] = sorted(repr(row) for row in rows)
    return found
