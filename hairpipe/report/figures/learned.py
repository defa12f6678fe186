"""The learned method's figures: what the network thinks, the regions, their choice, the edge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from hairpipe.extract.color.appearance import skin_lab
from hairpipe.extract.color.lab import Floats
from hairpipe.extract.color.name_model import name_features, shipped_model
from hairpipe.extract.color.naming import hair_groups
from hairpipe.extract.color.possible_names import possible_names
from hairpipe.extract.learned.judges import name_traits, shipped_judges
from hairpipe.extract.learned.method import SURE_HAIR, LearnedSteps
from hairpipe.extract.result import HairColor
from hairpipe.extract.settings import NamingSettings
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.report.figures.drawing import Drawing, Panel, aspect_of
from hairpipe.report.figures.hsv import hsv_drawing
from hairpipe.report.figures.panels import (
    draw_contributions,
    draw_outline,
    draw_picture,
    draw_portrait,
    draw_probability,
    draw_swatches,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR_GAP = 0.12
_SHOWN_NAMES, _SHOWN_TRAITS = 5, 8
TRAIT_WORDS = {
    "overlap_pixels": "pixels are sure",
    "overlap_network": "network agrees",
    "presence_hair": "hair to be seen",
    "presence_bald": "bald head",
    "has_face": "a face",
    "face_score": "face is sure",
    "fraction": "size of the hair",
    "corners": "hair in corners",
    "parts": "number of parts",
    "largest_part": "largest part",
    "in_face": "hair in the face",
    "above_face": "hair above the face",
    "beside_face": "hair beside the face",
    "below_face": "hair below the face",
    "probability": "name is likely",
    "margin": "lead over the next name",
    "share": "share of main colour",
    "lightness": "lightness",
    "chroma": "colourfulness",
}
"""What the traits of the quality are called in a figure."""


def learned_drawings(steps: LearnedSteps, hair_colors: Sequence[HairColor]) -> list[Drawing]:
    """Return the learned method's figures of one portrait and the hair colours found in it."""
    told = [reasons(steps, hair_colors[0])] if hair_colors and hair_colors[0].name else []
    colors = hsv_drawing("4-hsv", _shown(steps), steps.image, steps.palette.reduced, steps.hair_mask)
    return [choice(steps), edge(steps), *told, colors]


def choice(steps: LearnedSteps) -> Drawing:
    """Return the way from the picture to the regions and how likely each is hair."""
    palette, regions = steps.palette, steps.regions
    at_random = np.random.default_rng(0).integers(60, 250, (regions.count, 3), dtype=np.uint8)
    likely = steps.region_probabilities[regions.labels]
    box = None if steps.face is None else steps.face.box
    panels = [
        Panel(_shown(steps), partial(draw_portrait, image=steps.image, box=box)),
        Panel(f"{len(palette.colors)} colours", partial(draw_picture, image=palette.reduced)),
        Panel(f"{regions.count} regions", partial(draw_picture, image=at_random[regions.labels])),
        Panel("the network's prediction", partial(draw_probability, chances=steps.prediction.hair)),
        Panel("each region's probability", partial(draw_probability, chances=likely)),
    ]
    return Drawing("1-choice", "Which regions are hair", panels, 5, aspect_of(steps.image), gap=_BAR_GAP)


def edge(steps: LearnedSteps) -> Drawing:
    """Return the hair before and after refinement."""
    before = steps.probabilities > 0.5
    panels = [
        Panel("each pixel's probability", partial(draw_probability, chances=steps.probabilities)),
        Panel("before refinement", partial(draw_outline, image=steps.image, mask=before)),
        Panel("after refinement", partial(draw_outline, image=steps.image, mask=steps.hair_mask)),
    ]
    return Drawing("2-edge", "The edge of the hair", panels, 3, aspect_of(steps.image), gap=_BAR_GAP)


def reasons(steps: LearnedSteps, color: HairColor) -> Drawing:
    """Return why the main colour has its name, and why the result has its quality."""
    panels = [
        Panel("how likely people say so", partial(draw_names, steps=steps)),
        Panel("the colours it was told by", partial(draw_evidence, steps=steps)),
        Panel("what speaks for the quality", partial(draw_quality, steps=steps, color=color)),
    ]
    return Drawing("3-reasons", f"Why {color.name}, and how sure", panels, 3, gap=0.35)


def draw_names(axes: Axes, steps: LearnedSteps) -> None:
    """Draw how likely people are to use each of the likeliest names for the main colour."""
    appearance, skin, tone = _evidence(steps)
    model = shipped_model()
    likely = model.probabilities(name_features(appearance, skin)[None])[0] * possible_names(tone[None])[0]
    likely /= likely.sum()
    order = np.argsort(-likely, kind="stable")[:_SHOWN_NAMES]
    names = [COLOR_NAMES[place] for place in order]
    draw_swatches(axes, [hex_of(tone)] * len(names), likely[order].tolist(), names)


def draw_evidence(axes: Axes, steps: LearnedSteps) -> None:
    """Draw what the name was told by, each with what it adds for the name against the next one."""
    appearance, skin, tone = _evidence(steps)
    model = shipped_model()
    features = name_features(appearance, skin)
    likely = model.probabilities(features[None])[0] * possible_names(tone[None])[0]
    chosen, other = (COLOR_NAMES[place] for place in np.argsort(-likely, kind="stable")[:2])
    added = model.contributions(features, chosen, other)
    parts = dict(zip(("middle", "shade", "shine", "skin"), [*appearance, skin], strict=True))
    for place, (part, lab) in enumerate(parts.items()):
        adds = sum(value for name, value in zip(model.features, added, strict=True) if name.startswith(part))
        hex_ = None if lab is None else hex_of(lab)
        axes.barh(place, 0.3, color=hex_ or "none", edgecolor="0.5", linewidth=0.5, height=0.8)
        axes.text(0.34, place, f"{part} {hex_ or 'not known'}\n{adds:+.1f}", fontsize=7, va="center")
    axes.set(xlim=(0, 1), ylim=(len(parts) + 0.3, -0.5))
    axes.text(0, len(parts), f"above 0: for {chosen} against {other}", fontsize=7, va="center")
    axes.set_axis_off()


def draw_quality(axes: Axes, steps: LearnedSteps, color: HairColor) -> None:
    """Draw what speaks for mask and name being right, and what against it, the weightiest first."""
    model = shipped_judges().both
    added = model.contributions(np.concatenate([steps.traits, name_traits(color)]), *model.classes[::-1])
    order = np.argsort(-np.abs(added), kind="stable")[:_SHOWN_TRAITS]
    names = [TRAIT_WORDS.get(model.features[place], model.features[place]) for place in order]
    draw_contributions(axes, names, added[order].tolist())


def _evidence(steps: LearnedSteps) -> tuple[Floats, Floats | None, Floats]:
    """Return the main colour's appearance, the skin and the base tone, in CIELAB, as naming takes them."""
    groups = hair_groups(
        steps.image, steps.hair_mask, steps.palette, NamingSettings(), steps.probabilities > SURE_HAIR
    )
    if groups is None:
        raise ValueError("without hair there is no colour to tell a name by")
    skin = skin_lab(steps.palette, steps.face.box if steps.face else None)
    return groups.appearances[0], skin, groups.tones.lab[groups.bases[0]]


def hex_of(lab: Floats) -> str:
    """Return a colour in CIELAB as ``#rrggbb``."""
    rgb = cv2.cvtColor(lab.astype(np.float32)[None, None], cv2.COLOR_LAB2RGB)[0, 0]
    return "#" + bytes(np.clip(np.rint(255 * rgb), 0, 255).astype(np.uint8).tolist()).hex()


def _shown(steps: LearnedSteps) -> str:
    return "original" if steps.window is None else "close-up"
