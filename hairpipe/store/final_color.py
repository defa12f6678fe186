"""The hair colour that counts: a person's name for it where there is one, else the method's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FINAL_COLOR_COLUMNS = ("hair_color", "label", "final_color")
"""What tells it. Tables from before people's labels were in them have no `final_color`."""


def final_color(row: Mapping[str, Any]) -> str | None:
    """Return the colour of a row of the portraits table; None where it has none, or a person sees no hair."""
    color: str | None = row["final_color"] or (None if row["label"] else row["hair_color"])
    return color


def final_colors(portraits: pa.Table) -> pa.ChunkedArray:
    """Return the colour of each row; see :func:`final_color`."""
    color = portraits["hair_color"]
    by_method = pc.if_else(pc.is_valid(portraits["label"]), pa.scalar(None, color.type), color)
    return pc.coalesce(portraits["final_color"], by_method)
