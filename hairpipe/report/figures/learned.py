"""The learned method's figures: what the network thinks, the regions, their choice, the edge."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hairpipe.extract.learned.method import LearnedSteps
from hairpipe.report.figures.drawing import Drawing, Panel
from hairpipe.report.figures.hsv import flat_pixels, hsv_panels
from hairpipe.report.figures.panels import draw_box, draw_outline, draw_picture, draw_probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def learned_drawings(steps: LearnedSteps) -> list[Drawing]:
    """Return the learned method's figures of one portrait.

    Parameters
    ----------
    steps : LearnedSteps
        The `steps` of an extraction with ``method="learned"``.
    """
    return [choice(steps), edge(steps), colors(steps)]


def choice(steps: LearnedSteps) -> Drawing:
    """Return the way from the picture to the regions and how likely each is hair."""
    panels = [
        Panel(_shown(steps), partial(draw_original, steps=steps)),
        Panel(f"{len(steps.palette.colors)} colours", partial(draw_picture, image=steps.palette.reduced)),
        Panel(f"{steps.regions.count} regions", partial(draw_regions, steps=steps)),
        Panel("the network's prediction", partial(draw_probability, chances=steps.prediction.hair)),
        Panel("each region's probability", partial(draw_choice, steps=steps)),
    ]
    return Drawing("1-choice", "Which regions are hair", panels, 5, _aspect(steps))


def edge(steps: LearnedSteps) -> Drawing:
    """Return the hair before and after refinement."""
    panels = [
        Panel("each pixel's probability", partial(draw_probability, chances=steps.probabilities)),
        Panel("before refinement", partial(draw_before, steps=steps)),
        Panel("after refinement", partial(draw_outline, image=steps.image, mask=steps.hair_mask)),
    ]
    return Drawing("2-edge", "The edge of the hair", panels, 3, _aspect(steps))


def colors(steps: LearnedSteps) -> Drawing:
    """Return the HSV plots: original, hair, reduced, reduced hair, each as a cloud and three projections."""
    reduced = steps.palette.reduced
    panels = [
        *hsv_panels(_shown(steps), flat_pixels(steps.image)),
        *hsv_panels("hair", flat_pixels(steps.image, steps.hair_mask)),
        *hsv_panels("reduced", flat_pixels(reduced)),
        *hsv_panels("reduced hair", flat_pixels(reduced, steps.hair_mask)),
    ]
    return Drawing("3-hsv", "Colours by hue, saturation and value", panels, 4, gap=0.28)


def draw_original(axes: Axes, steps: LearnedSteps) -> None:
    """Draw the picture, or the part of it that was judged, with the face box."""
    draw_picture(axes, steps.image)
    if steps.face is not None:
        draw_box(axes, steps.face.box)


def draw_regions(axes: Axes, steps: LearnedSteps) -> None:
    """Draw every region in a colour of its own, at random."""
    shades = np.random.default_rng(0).integers(60, 250, (steps.regions.count, 3), dtype=np.uint8)
    draw_picture(axes, shades[steps.regions.labels])


def draw_choice(axes: Axes, steps: LearnedSteps) -> None:
    """Draw how likely each region is hair."""
    draw_probability(axes, steps.region_probabilities[steps.regions.labels])


def draw_before(axes: Axes, steps: LearnedSteps) -> None:
    """Draw the picture with a line round the pixels that are more likely hair than not."""
    draw_outline(axes, steps.image, steps.probabilities > 0.5)


def _shown(steps: LearnedSteps) -> str:
    return "original" if steps.window is None else "close-up"


def _aspect(steps: LearnedSteps) -> float:
    return float(steps.image.shape[0] / steps.image.shape[1])
