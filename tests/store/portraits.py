"""Rows as a worker stages them, for the tests of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from hairpipe.store.masks import encode_mask
from hairpipe.store.schema import COLOR_NAMES, refresh_schema

CARRY = {"gender": "string", "age": "int"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEIGHT, WIDTH = 12, 10


def unit_row(
    portrait_id: str,
    *,
    status: str = "ok",
    colors: Sequence[str] = ("blue", "pink"),
    run_id: str = "run-1",
    attributes: Mapping[str, Any] | None = None,
    minutes: int = 0,
    name: str | None = None,
) -> dict[str, Any]:
    """Return one portrait's rows of every table, nested; a portrait that is not ok has no hair."""
    found = status == "ok"
    shares = [2.0**-rank for rank in range(1, len(colors))]
    shares.append(1 - sum(shares))
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[1:7, 2:8] = True
    portrait = {
        "portrait_id": portrait_id,
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
            "portrait_id": portrait_id,
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
        {"portrait_id": portrait_id, "region": region, "height": HEIGHT, "width": WIDTH, "counts": encode_mask(mask)}
        for region in ("hair", "face")
    ]
    inventory = {
        "portrait_id": portrait_id,
        "source": "test",
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


def refresh_rows(names: Mapping[str, str], carry: Mapping[str, str] = CARRY) -> pa.Table:
    """Return refreshed rows that give portraits new names."""
    rows = [
        {
            "portrait": {
                "portrait_id": portrait_id,
                "profile_id": portrait_id.split("#")[0],
                "name": name,
                "image": f"moved/{portrait_id}.png",
                **dict.fromkeys(carry),
            },
            "inventory": {
                "portrait_id": portrait_id,
                "source": "test",
                "image": f"moved/{portrait_id}.png",
                "image_size": 1000,
                "image_version": "2",
                "profile_digest": f"of {name}",
            },
        }
        for portrait_id, name in names.items()
    ]
    return pa.Table.from_pylist(rows, refresh_schema(carry))
