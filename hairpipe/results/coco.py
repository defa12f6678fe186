"""Masks as COCO instance annotations, https://cocodataset.org/#format-data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version as installed_version
from typing import IO, Any

from pycocotools import mask as coco

from hairpipe.quality.judgement import Judgement
from hairpipe.results.mask_rows import REGIONS, MaskRow, decoded, mask_rows
from hairpipe.results.selection import SelectedTables
from hairpipe.store.schema import BY_METHOD, TableName
from hairpipe.store.sources import key_of

_RIGHTS = "The pictures are no part of this; they and their rights are their owners'."

_ABOUT_HAIR = ["hair_color", "hair_modifier", "hair_hex", "label", "final_color"]
_COLUMNS = ["portrait_id", "source", "name", "image", "quality", *_ABOUT_HAIR]


def write_coco(selected: SelectedTables, file: IO[bytes]) -> int:
    """Write the portraits that have masks as COCO instance annotations; return how many portraits.

    The segmentations are compressed run-length encodings, as pycocotools reads them. An image's
    ``file_name`` is the picture as the scrape names it.

    Raises
    ------
    StoreError
        If a mask is damaged.
    """
    store = selected.store
    head = {
        "info": {
            "description": f"Hair found by hairpipe in the portraits of a scrape. {_RIGHTS}",
            "version": f"hairpipe {installed_version('hairpipe')}, version {store.version} of the tables",
            "date_created": None if store.manifest is None else store.manifest.published_at.isoformat(),
        },
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": "head"} for number, name in enumerate(REGIONS, 1)
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
            {"id": next(numbers), **_annotation(selected, image_id, portrait, region, mask)}
            for image_id, portrait, masks in _entries(selected)
            for region, mask in masks.items()
        ),
    )
    file.write(b"}\n")
    return portraits


def _entries(selected: SelectedTables) -> Iterator[tuple[int, dict[str, Any], dict[str, MaskRow]]]:
    """Yield (image id, row of the portraits table, its masks by region) of portraits with masks.

    Where a person sees no hair, there is none.
    """
    numbers = itertools.count(1)
    for portraits, masks in selected.parts(TableName.PORTRAITS, TableName.MASKS):
        rows_of = {region: mask_rows(masks, region) for region in REGIONS}
        for portrait in portraits.select(_COLUMNS).to_pylist():
            key = key_of(portrait)
            found = {region: rows[key] for region, rows in rows_of.items() if key in rows}
            if portrait["label"] == Judgement.NO_HAIR:
                found.pop("hair", None)
            if found:
                yield next(numbers), portrait, found


def _image(image_id: int, portrait: Mapping[str, Any], masks: Mapping[str, MaskRow]) -> dict[str, Any]:
    size = next(iter(masks.values()))
    return {
        "id": image_id,
        "file_name": portrait["image"],
        # Of the picture as it was decoded, upright, which is what the masks fit.
        "height": size["height"],
        "width": size["width"],
        "portrait_id": portrait["portrait_id"],
        "source": portrait["source"],
        "name": portrait["name"],
    }


def _annotation(
    selected: SelectedTables, image_id: int, portrait: Mapping[str, Any], region: str, mask: MaskRow
) -> dict[str, Any]:
    # pycocotools takes what is no mask for one.
    pixels = decoded(mask, selected.store.folder)
    size = [mask["height"], mask["width"]]
    about = _ABOUT_HAIR if region == "hair" else ()
    quality = portrait["quality"]
    return {
        "image_id": image_id,
        "category_id": 1 + REGIONS.index(region),
        "segmentation": {"size": size, "counts": mask["counts"]},
        "area": int(pixels.sum()),
        "bbox": coco.toBbox({"size": size, "counts": mask["counts"].encode("ascii")}).tolist(),
        "iscrowd": 0,
        **{name: portrait[name] for name in about},
        "made_by": mask["made_by"] or BY_METHOD,
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
