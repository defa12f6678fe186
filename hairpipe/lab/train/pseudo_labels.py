"""Masks that nobody drew: the method's own, where they agree with the colour that people stated.

A database states far more hair colours than anybody draws masks. A mask whose colour is another than the
stated one is wrong; the others teach a network what pictures of their kind look like (Lee,
"Pseudo-label: the simple and efficient semi-supervised learning method", 2013).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.network.prediction import Map, predict_hair
from hairpipe.extract.result import Extraction, Image
from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import ColorCase, read_picture
from hairpipe.lab.train.samples.examples import MASKS

# A mask that the method is less sure of is no label.
_LEAST_QUALITY = 0.6
# What the network says of the picture at several sizes, mirrored too, outweighs the mask: where they differ
# the label says so by a value between.
_PREDICTED = 0.6
_MARGIN, _ENLARGED = 0.12, 1.25


def write_pseudo_labels(cases: Iterable[ColorCase], folder: Path) -> int:
    """Write masks and a ``masks.csv`` beside them, for ``hairpipe train masks``; return how many.

    They are of the pictures whose hair is found, is probably right, and has a colour that people stated.
    ConfigError if a picture can't be read.
    """
    settings = Settings(method="learned")
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / MASKS).open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(["image", "mask", "drawing", "x", "y", "w", "h", "hair", "also_acceptable"])
        for case in cases:
            image = read_picture(case.image, settings.decode).image
            found = extract_hair(image, settings=settings)
            if found.face is None or not _agrees(found, case):
                continue
            count += 1
            mask = f"{count:06d}.png"
            soft = _PREDICTED * _averaged_prediction(image) + (1 - _PREDICTED) * found.hair_mask
            cv2.imwrite(str(folder / mask), np.round(255 * soft).astype(np.uint8))
            others = "/".join(sorted(case.accepted - {case.name}))
            rows.writerow([case.image.resolve(), mask, case.character, *found.face, case.name, others])
    return count


def _agrees(found: Extraction, case: ColorCase) -> bool:
    """Return whether hair that was found can stand for what a person would draw."""
    return found.color in case.accepted and (found.mask_quality or 0.0) >= _LEAST_QUALITY


def _averaged_prediction(image: Image) -> Map:
    """Return how likely each pixel is hair, of the picture as it is, with a margin, and enlarged."""
    height, width = image.shape[:2]
    above, beside = round(_MARGIN * height), round(_MARGIN * width)
    wider = cv2.copyMakeBorder(image, above, above, beside, beside, cv2.BORDER_REPLICATE)
    larger = cv2.resize(image, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_LINEAR)
    seen = [
        _mirrored_too(image),
        _mirrored_too(np.asarray(wider, np.uint8))[above : above + height, beside : beside + width],
        cv2.resize(_mirrored_too(np.asarray(larger, np.uint8)), (width, height)),
    ]
    return np.asarray(np.mean(seen, axis=0), np.float32)


def _mirrored_too(image: Image) -> Map:
    mirrored = predict_hair(np.ascontiguousarray(image[:, ::-1]), None).hair[:, ::-1]
    return np.asarray((predict_hair(image, None).hair + mirrored) / 2, np.float32)
