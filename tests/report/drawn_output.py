"""An output folder as a run leaves it, made of small drawn portraits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairpipe.quality.judgement import judgement_of
from hairpipe.source.settings import PictureFolderSettings
from hairpipe.storage.folder import Folder
from hairpipe.store.lock import OutputLock
from hairpipe.store.masks import encode_mask
from hairpipe.store.publish.merge import Changes
from hairpipe.store.publish.publish import publish, recover
from hairpipe.store.sources import PortraitKey
from hairpipe.store.staging.batches import write_batch
from tests.store.portraits import other_rows, write_others

RUN_ID = "20260102T030405Z-aaaaaa"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COLORS = {"blue": (40, 70, 200), "red": (200, 40, 50), "blonde": (235, 205, 110), "black": (30, 30, 36)}


@dataclass(frozen=True)
class DrawnRow:
    """One portrait to be drawn: what its row says and how wrong its stored mask is."""

    portrait_id: str
    name: str | None = None
    color: str = "blue"
    status: str = "ok"
    error: str | None = None
    quality: float | None = 0.5
    mask_error: float = 0.0
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: str = "drawn"

    @property
    def key(self) -> PortraitKey:
        """What its rows of every table have in common."""
        return PortraitKey(self.portrait_id, self.source)


def drawn(portrait_id: str) -> PortraitKey:
    """Return the key of a portrait of the source that drawn rows are of by default."""
    return PortraitKey(portrait_id, "drawn")


def drawn_picture(color: str, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return an RGB portrait of 84 x 60 pixels and its exact hair mask."""
    noise = np.random.default_rng(seed)
    canvas = np.full((84, 60, 3), noise.integers(190, 250, 3), np.uint8)
    hair = np.zeros((84, 60), np.uint8)
    cv2.ellipse(hair, (30, 34), (20, 26), 0, 0, 360, 1, -1)
    face = np.zeros_like(hair)
    cv2.ellipse(face, (30, 42), (13, 17), 0, 0, 360, 1, -1)
    canvas[hair > 0] = COLORS[color]
    canvas[face > 0] = (250, 222, 200)
    return canvas, (hair > 0) & (face == 0)


def write_output(
    root: Path,
    rows: Sequence[DrawnRow],
    carry: Mapping[str, str] | None = None,
    output: str = "out",
    run_id: str = RUN_ID,
    removed: Sequence[str] = (),
) -> Folder:
    """Draw the portraits into ``root/pictures`` and write the tables and a run record to ``root/output``.

    `removed` are portraits of an earlier call that the scrape no longer has.
    """
    pictures = root / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    batches = [_batch_row(row, pictures, seed, run_id) for seed, row in enumerate(rows)]
    folder = Folder(root / output)
    publish_rows(folder, batches, carry or {}, run_id, removed)
    record = run_record(pictures, rows) | {"run_id": run_id}
    folder.write(f"runs/{run_id}/run.json", json.dumps(record).encode())
    return folder


def publish_rows(
    folder: Folder,
    batches: Sequence[Mapping[str, Any]],
    carry: Mapping[str, str],
    run_id: str,
    removed: Sequence[str] = (),
) -> None:
    """Publish rows as runs do: those of one source after those of another."""
    for source in sorted({batch["portrait"]["source"] for batch in batches}):
        own = [batch for batch in batches if batch["portrait"]["source"] == source]
        with OutputLock(folder, run_id) as lock:
            write_batch(folder, run_id, own, carry)
            store = recover(folder, lock)
            others = write_others(store, other_rows(removed=removed, carry=carry))
            changes = Changes(run_id, source, "f", carry, len(own), batches=[run_id], others=others)
            publish(store, lock, changes)


def run_record(pictures: Path, rows: Sequence[DrawnRow]) -> dict[str, Any]:
    """Return a record with the fields that :class:`hairpipe.store.log.run_id.RunRecord` writes."""
    statuses: dict[str, int] = {}
    for row in rows:
        statuses[row.status] = statuses.get(row.status, 0) + 1
    return {
        "run_id": RUN_ID,
        "started_at": "2026-01-02T03:04:05+00:00",
        "ended_at": "2026-01-02T03:05:05+00:00",
        "config": {
            "source": PictureFolderSettings(kind="folder", path=str(pictures)).model_dump(mode="json"),
            "decode": {},
            "method": "article",
        },
        "counts": {"new": len(rows)},
        "rejects": {},
        "planned": len(rows),
        "statuses": statuses,
        "seconds": {"plan": 1.0, "extract": 50.0, "publish": 2.0, "total": 60.0},
        "stage_seconds": {"read": 1.0, "decode": 4.0, "extract": 90.0, "write": 2.0},
        "workers": 2,
        "exit_code": 0,
        "versions": {"python": "3.11"},
    }


def _batch_row(row: DrawnRow, pictures: Path, seed: int, run_id: str) -> dict[str, Any]:
    image, hair = drawn_picture(row.color, seed)
    file = f"{seed:06d}.png"
    cv2.imwrite(str(pictures / file), image[..., ::-1])
    ok = row.status == "ok"
    portrait = {
        **row.key._asdict(),
        "profile_id": row.portrait_id,
        "name": row.name,
        "image": file if row.status != "missing" else "gone.png",
        "image_digest": hashlib.sha256(image.tobytes()).hexdigest(),
        "image_width": 60,
        "image_height": 84,
        "status": row.status,
        "error": row.error,
        "method": "article",
        "fingerprint": "f",
        "run_id": run_id,
        "processed_at": NOW,
        "duration_ms": 5.0 + seed % 7,
        **row.attributes,
    }
    masks = []
    if ok:
        found = _damaged(hair, row.mask_error, seed)
        portrait |= _found(row, found, seed)
        size = {**row.key._asdict(), "height": 84, "width": 60}
        masks = [{**size, "region": "hair", "counts": encode_mask(found)}]
    return {
        "portrait": portrait,
        "hair_colors": _tones(row) if ok else [],
        "masks": masks,
        "inventory": {
            **row.key._asdict(),
            "profile_digest": "p",
            "status": row.status,
            "fingerprint": "f",
            "face_fingerprint": "f",
            "attempts": 1,
            "removed": False,
        },
    }


def _found(row: DrawnRow, hair: NDArray[np.bool_], seed: int) -> dict[str, Any]:
    red, green, blue = COLORS[row.color]
    lab = cv2.cvtColor(np.array([[COLORS[row.color]]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    return {
        "face_x": 17.0,
        "face_y": 25.0,
        "face_w": 26.0,
        "face_h": 34.0,
        "face_source": "given",
        "face_count": 1,
        "hair_fraction": float(hair.mean()),
        "hair_color": row.color,
        "hair_hex": f"#{red:02x}{green:02x}{blue:02x}",
        "hair_l": float(lab[0]),
        "hair_a": float(lab[1]) + seed % 5,
        "hair_b": float(lab[2]),
        "hair_pattern": "single",
        "tone_count": 2,
        "quality": row.quality,
        "quality_group": judgement_of(row.quality),
        "method_quality": row.quality,
    }


def _tones(row: DrawnRow) -> list[dict[str, Any]]:
    colors = [(1, row.color, COLORS[row.color], 0.75), (2, "black", COLORS["black"], 0.25)]
    zero = dict.fromkeys(("l", "a", "b", "hue", "saturation", "value"), 0.0)
    return [
        {
            **zero,
            **row.key._asdict(),
            "rank": rank,
            "name": name,
            "hex": "#{:02x}{:02x}{:02x}".format(*rgb),
            "share": share,
            "pixels": 100,
            "run_id": RUN_ID,
        }
        for rank, name, rgb, share in colors
    ]


def _damaged(hair: NDArray[np.bool_], error: float, seed: int) -> NDArray[np.bool_]:
    """Return the mask with about `error` of its pixels lost and as many wrong ones added."""
    chance = np.random.default_rng(seed + 1).random(hair.shape)
    return hair ^ (chance < error)
