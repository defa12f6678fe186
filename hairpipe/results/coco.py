"""Masks as COCO instance annotations, https://cocodataset.org/#format-data."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version as installed_version
from typing import IO, Any

from pycocotools import mask as coco

from hairpipe.results.selection import SelectedTables, damaged_mask
from hairpipe.store.masks import run_lengths
from hairpipe.store.schema import TableName
from hairpipe.store.sources import key_of

RIGHTS = "The pictures are no part of this; they and their rights are their owners'."
_CATEGORIES = {"hair": 1, "face": 2}


def write_coco(selected: SelectedTables, file: IO[bytes]) -> int:
    """Write the portraits that have masks as COCO instance annotations; return how many portraits.

    The segmentations are compressed run-length encodings, as pycocotools reads them. An image's
    ``file_name`` is the picture as the scrape names it.

    Parameters
    ----------
    selected : SelectedTables
    file : binary file

    Raises
    ------
    StoreError
        If a mask is damaged.
    """
    store = selected.store
    head = {
        "info": {
            "description": f"Hair found by hairpipe in the portraits of a scrape. {RIGHTS}",
            "version": f"hairpipe {installed_version('hairpipe')}, version {store.version} of the tables",
            "date_created": None if store.manifest is None else store.manifest.published_at.isoformat(),
        },
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": "head"} for name, number in _CATEGORIES.items()
        ],
    }
    file.write(_json(head)[:-1] + b',"images":')
    # The rows are read twice, so that only one bucket of them is held at a time.
    portraits = _write_list(file, (_image(*entry) for entry in _entries(selected)))
    file.write(b',"annotations":')
    numbers = itertools.count(1)
    _write_list(
        file,
        (
            {"id": next(numbers), **_annotation(selected, image_id, portrait, mask)}
            for image_id, portrait, masks in _entries(selected)
            for mask in masks
        ),
    )
    file.write(b"}\n")
    return portraits


def _entries(selected: SelectedTables) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
    """Yield (image id, row of the portraits table, rows of the masks table) of portraits with masks."""
    numbers = itertools.count(1)
    for portraits, masks in selected.parts(TableName.PORTRAITS, TableName.MASKS):
        masks_of = defaultdict(list)
        for mask in masks.to_pylist():
            if mask["region"] in _CATEGORIES:
                masks_of[key_of(mask)].append(mask)
        for portrait in portraits.to_pylist():
            found = masks_of.get(key_of(portrait))
            if found:
                yield next(numbers), portrait, found


def _image(image_id: int, portrait: Mapping[str, Any], masks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": image_id,
        "file_name": portrait["image"],
        # Of the picture as it was decoded, upright, which is what the masks fit.
        "height": masks[0]["height"],
        "width": masks[0]["width"],
        "portrait_id": portrait["portrait_id"],
        "source": portrait["source"],
        "name": portrait["name"],
    }


def _annotation(
    selected: SelectedTables, image_id: int, portrait: Mapping[str, Any], mask: Mapping[str, Any]
) -> dict[str, Any]:
    size = [mask["height"], mask["width"]]
    try:
        runs = run_lengths(mask["counts"])
        if runs.sum() != mask["height"] * mask["width"]:
            raise ValueError(f"its runs do not add up to {mask['height']} x {mask['width']} pixels")
    except ValueError as error:
        raise damaged_mask(selected.store.folder, mask, error) from error
    about = {name: portrait[name] for name in ("hair_color", "hair_modifier", "hair_hex")}
    quality = portrait["quality"]
    return {
        "image_id": image_id,
        "category_id": _CATEGORIES[mask["region"]],
        "segmentation": {"size": size, "counts": mask["counts"]},
        "area": int(runs[1::2].sum()),
        "bbox": coco.toBbox({"size": size, "counts": mask["counts"].encode("ascii")}).tolist(),
        "iscrowd": 0,
        **(about if mask["region"] == "hair" else {}),
        "quality": None if quality is None else round(quality, 4),
    }


def _write_list(file: IO[bytes], entries: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    for entry in entries:
        file.write((b",\n" if count else b"[\n") + _json(entry))
        count += 1
    file.write(b"]" if count else b"[]")
    return count


def _json(value: Mapping[str, Any]) -> bytes:
    # Nothing but printable ASCII: what a name holds can do nothing to whoever looks into the file.
    return json.dumps(value, ensure_ascii=True, allow_nan=False).encode("ascii")
