"""Rows of the masks table by portrait, a person's own hair in place of a method's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import StoreError
from hairpipe.extract.result import Mask
from hairpipe.storage.folder import Folder
from hairpipe.store.masks import decode_mask
from hairpipe.store.schema import PAINTED_HAIR
from hairpipe.store.sources import PortraitKey, key_of

REGIONS = ("hair", "face")

MaskRow = Mapping[str, Any]


def mask_rows(masks: pa.Table, region: str) -> dict[PortraitKey, MaskRow]:
    """Return each portrait's row of one of `REGIONS`; where a person painted the hair, that is the hair."""
    found: dict[PortraitKey, MaskRow] = {}
    # A later region replaces an earlier one.
    for wanted in (region, *([PAINTED_HAIR] if region == "hair" else [])):
        rows = masks.filter(pc.equal(masks["region"], wanted)).to_pylist()
        found |= {key_of(row): row for row in rows}
    return found


def decoded(row: MaskRow, folder: Folder) -> Mask:
    """Return the mask of a row.

    Raises
    ------
    StoreError
        If the row is damaged.
    """
    try:
        return decode_mask(row["counts"], row["height"], row["width"])
    except ValueError as error:
        raise StoreError(
            f"the mask of portrait {row['portrait_id']!r} is damaged ({error}); "
            f"run `hairpipe verify {folder.url}`, which says what to do"
        ) from error
