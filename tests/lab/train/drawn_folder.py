"""Folders of drawn portraits with their masks, as people would label them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from hairpipe.lab.synthetic import draw_portrait


def write_masks(
    folder: Path, seeds: Sequence[int], labels: Mapping[int, Mapping[str, str]] | None = None
) -> Path:
    """Write drawn portraits and a masks.csv, with what else a seed's labels say; return the folder."""
    rows = []
    for seed in seeds:
        drawn = draw_portrait(seed, 120, 96)
        told = dict((labels or {}).get(seed, {}))
        hair = drawn.hair_mask & (told.get("visible") != "no")
        rows.append(
            {"image": f"{seed}.png", "mask": f"{seed}.hair.png", "drawing": f"{folder.name}-{seed}", **told}
        )
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{seed}.png"), np.ascontiguousarray(drawn.image[..., ::-1]))
        cv2.imwrite(str(folder / f"{seed}.hair.png"), np.where(hair, 255, 0).astype(np.uint8))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / "masks.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def write_cutouts(folder: Path, seeds: Sequence[int]) -> Path:
    """Write the hair and faces of drawn portraits as cut-outs with face boxes; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["image,hair,drawing,x,y,w,h"]
    for seed in seeds:
        drawn = draw_portrait(seed, 120, 96)
        x, y, w, h = drawn.face_box
        shown = drawn.hair_mask.copy()
        shown[int(y) : int(y + h), int(x) : int(x + w)] = True
        alpha = np.where(shown, 255, 0).astype(np.uint8)
        cv2.imwrite(str(folder / f"{seed}.png"), np.dstack([drawn.image[..., ::-1], alpha]))
        cv2.imwrite(str(folder / f"{seed}.hair.png"), np.where(drawn.hair_mask, 255, 0).astype(np.uint8))
        lines.append(f"{seed}.png,{seed}.hair.png,{folder.name}-{seed},{x},{y},{w},{h}")
    (folder / "cutouts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
