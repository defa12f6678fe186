"""Masks that people know to be right, written as pictures with masks that a model can be trained on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from hairpipe.extract.result import Image, Mask
from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import Results
from hairpipe.report.views import png
from hairpipe.store.labels import Label, mask_digest, read_labels, standing
from hairpipe.store.sources import PortraitKey

COLUMNS = (
    *("image", "mask", "drawing", "background", "x", "y", "w", "h", "hair_frac", "source"),
    *("visible", "hair", "also_acceptable"),
)


def export_masks(results: Results, target: Path) -> int:
    """Write the pictures whose hair is known, and return how many.

    That is the mask that a person painted; or else the method's where it was judged good, as long as it is
    that very mask; or none, where no hair is to be seen. A picture shown by several profiles is written once.

    `target` is the folder for ``masks.csv``, the pictures and their masks (PNG, 255 where there is hair).
    """
    target.mkdir(parents=True, exist_ok=True)
    rows: dict[str, dict[str, Any]] = {}
    for key, label in sorted(standing(read_labels(results.folder)).items()):
        found = _known_hair(results, key, label)
        if found is None:
            continue
        portrait, image, hair = found
        drawing = portrait["image_digest"][:16]
        if drawing not in rows:
            rows[drawing] = {**_write(target, drawing, portrait, image, hair), **_said(label)}
    with (target / "masks.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows.values())
    return len(rows)


def _known_hair(
    results: Results, key: PortraitKey, label: Label
) -> tuple[dict[str, Any], Image, Mask] | None:
    portrait = results.portrait(key)
    if portrait is None or portrait["image_digest"] != label.image_digest:
        return None
    image = results.pictures.read(portrait)
    hair = None if image is None else _hair(results, label, image.shape[:2])
    return None if image is None or hair is None or hair.shape != image.shape[:2] else (portrait, image, hair)


def _hair(results: Results, label: Label, size: tuple[int, ...]) -> Mask | None:
    """Return where the hair is, as far as the label says."""
    if label.label is Judgement.NO_HAIR:
        return np.zeros(size, dtype=bool)
    if label.hair is not None:
        return label.hair.mask
    if label.label is not Judgement.GOOD:
        return None
    hair = results.regions(label.key).hair
    return hair if hair is not None and mask_digest(hair) == label.mask_digest else None


def _said(label: Label) -> dict[str, str]:
    first, *others = label.accepted or ("",)
    visible = "no" if label.label is Judgement.NO_HAIR else "yes"
    return {"visible": visible, "hair": first, "also_acceptable": "/".join(others)}


def _write(target: Path, drawing: str, portrait: dict[str, Any], image: Image, hair: Mask) -> dict[str, Any]:
    row = {"image": f"{drawing}.png", "mask": f"{drawing}.hair.png"}
    # Encoded anew: the mask belongs to the picture as it was decoded, upright and without alpha.
    (target / row["image"]).write_bytes(png(image))
    (target / row["mask"]).write_bytes(png(hair.astype(np.uint8) * np.uint8(255)))
    face = {side: _pixels(portrait[f"face_{side}"]) for side in "xywh"}
    about = {"drawing": drawing, "background": "own", "hair_frac": float(hair.mean()), "source": "review"}
    return {**row, **about, **face}


def _pixels(value: float | None) -> int | None:
    return None if value is None else round(value)
