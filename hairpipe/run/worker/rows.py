"""From what was seen of a picture to the rows of every table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hairpipe.extract.result import Extraction
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.plan.context import JobContext
from hairpipe.plan.tasks import ImageTask
from hairpipe.quality.judgement import judgement_of
from hairpipe.run.worker.image import ImageResult
from hairpipe.source.profile import Portrait, given_face_text, profile_digest
from hairpipe.store.masks import encode_mask
from hairpipe.store.schema import BY_METHOD

Row = dict[str, Any]


def batch_rows(task: ImageTask, result: ImageResult, context: JobContext) -> list[Row]:
    """Return a row of :func:`hairpipe.store.schema.batch_schema` for each portrait that shows the picture."""
    found = _found(result)
    colors = _color_rows(result.extraction)
    masks = _mask_rows(result.extraction)
    now = datetime.now(UTC)
    return [
        {
            "portrait": {
                **_profile_row(portrait, context),
                **found,
                "image_digest": result.digest,
                "image_width": result.width,
                "image_height": result.height,
                "status": str(result.status),
                "error": result.error,
                "last_failure": None,
                "method": context.settings.method,
                "fingerprint": context.fingerprint,
                "last_seen_run_id": None,
                "processed_at": now,
                "duration_ms": result.seconds * 1000,
            },
            "hair_colors": [{**_key(portrait, context), "run_id": context.run_id, **row} for row in colors],
            "masks": [{**_key(portrait, context), **row} for row in masks],
            "inventory": inventory_row(portrait, result, context, task.attempts + 1),
        }
        for portrait in task.portraits
    ]


def inventory_row(portrait: Portrait, result: ImageResult, context: JobContext, attempts: int) -> Row:
    """Return what a later run needs to know of a portrait."""
    return {
        **_key(portrait, context),
        "image": portrait.image,
        "image_size": portrait.size,
        "image_version": portrait.version,
        "image_digest": result.digest,
        "given_face": given_face_text(portrait),
        "profile_digest": profile_digest(portrait),
        "status": str(result.status),
        "fingerprint": context.fingerprint,
        "face_fingerprint": context.face_fingerprint,
        "attempts": attempts,
        "removed": False,
        "keeps_result": False,
    }


def profile_columns(portrait: Portrait) -> Row:
    """Return the columns of the portraits table that the scrape alone decides."""
    return {
        "portrait_id": portrait.portrait_id,
        "profile_id": portrait.profile_id,
        "name": portrait.name,
        "image": portrait.image,
        **portrait.attributes,
    }


def refreshed_row(portrait: Portrait, context: JobContext) -> Row:
    """Return what is rewritten of a portrait whose picture stayed the same.

    The row is one of :func:`hairpipe.store.schema.change_schema`.
    """
    return {
        "portrait_id": portrait.portrait_id,
        "portrait": _profile_row(portrait, context),
        "inventory": {
            "portrait_id": portrait.portrait_id,
            "image": portrait.image,
            "image_size": portrait.size,
            "image_version": portrait.version,
            "profile_digest": profile_digest(portrait),
        },
    }


def _key(portrait: Portrait, context: JobContext) -> Row:
    return {"portrait_id": portrait.portrait_id, "source": context.source_name}


def _profile_row(portrait: Portrait, context: JobContext) -> Row:
    about = {"source": context.source_name, "run_id": context.run_id}
    return {**dict.fromkeys(context.carry), **profile_columns(portrait), **about}


def _found(result: ImageResult) -> Row:
    """Columns that come from the extraction; shares are 0 only where hair was found."""
    extraction = result.extraction
    if extraction is None:
        return {}
    face = extraction.face
    row: Row = {
        "face_source": extraction.face_source,
        "face_score": extraction.face_score,
        "face_count": extraction.face_count,
        "quality": result.quality,
        "method_quality": extraction.quality,
        "mask_quality": extraction.mask_quality,
        "quality_group": judgement_of(result.quality),
    }
    if face is not None:
        row |= {"face_x": face.x, "face_y": face.y, "face_w": face.w, "face_h": face.h}
    if not extraction.colors:
        return row
    main = extraction.colors[0]
    shares = dict.fromkeys(COLOR_NAMES, 0.0)
    for color in extraction.colors:
        if color.name is not None:
            shares[color.name] += color.share
    return row | {
        "hair_fraction": extraction.hair_fraction,
        "hair_color": main.name,
        "hair_modifier": main.modifier,
        "hair_hex": main.hex,
        "hair_l": main.lab[0],
        "hair_a": main.lab[1],
        "hair_b": main.lab[2],
        "hair_pattern": extraction.pattern,
        "tone_count": len(extraction.colors),
        "hair_length": None if extraction.length is None else str(extraction.length),
        "name_probability": extraction.name_probability,
        **{f"share_{name}": share for name, share in shares.items()},
    }


def _color_rows(extraction: Extraction | None) -> list[Row]:
    if extraction is None:
        return []
    return [
        {
            "rank": rank,
            "name": color.name,
            "hex": color.hex,
            "l": color.lab[0],
            "a": color.lab[1],
            "b": color.lab[2],
            "hue": color.hsv[0],
            "saturation": color.hsv[1],
            "value": color.hsv[2],
            "share": color.share,
            "pixels": color.pixels,
            "shade_hex": color.shade_hex,
            "shine_hex": color.shine_hex,
            "name_probability": color.probability if color.name is not None else None,
            "second_name": color.second_name,
            "second_probability": color.second_probability,
        }
        for rank, color in enumerate(extraction.colors, start=1)
    ]


def _mask_rows(extraction: Extraction | None) -> list[Row]:
    if extraction is None:
        return []
    regions = {"hair": extraction.hair_mask, "face": extraction.face_mask}
    return [
        {
            "region": region,
            "height": mask.shape[0],
            "width": mask.shape[1],
            "counts": encode_mask(mask),
            "made_by": BY_METHOD,
        }
        for region, mask in regions.items()
        if mask.any()
    ]
