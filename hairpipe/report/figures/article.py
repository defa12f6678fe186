"""The article's figures, from what its method's steps gave. A step that was not reached is left out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hairpipe.extract.article.hull import Points
from hairpipe.extract.article.method import ArticleSteps
from hairpipe.extract.article.scalp_line import ScalpLine
from hairpipe.extract.result import Box, Image, Mask
from hairpipe.report.figures.drawing import Drawing, Panel, aspect_of
from hairpipe.report.figures.hsv import hsv_drawing
from hairpipe.report.figures.panels import (
    MARK,
    draw_box,
    draw_mask,
    draw_outline,
    draw_picture,
    draw_portrait,
    draw_swatches,
)
from hairpipe.report.views import alone

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def article_drawings(steps: ArticleSteps, ring_share: float) -> list[Drawing]:
    """Return the article's figures of one portrait.

    Parameters
    ----------
    steps : ArticleSteps
        The `steps` of an extraction with ``method="article"``.
    ring_share : float
        A colour with more of the ring counted as hair.
    """
    colors = hsv_drawing("5-hsv", "original", steps.image, steps.palette.reduced, steps.hair_mask)
    drawings = [reduction(steps), layers(steps), face(steps), hair(steps, ring_share), colors]
    return [drawing for drawing in drawings if drawing is not None]


def reduction(steps: ArticleSteps) -> Drawing:
    """Return the original beside the reduced picture, and the palette."""
    palette = steps.palette
    hexes = [_hex(color) for color in palette.colors]
    panels = [
        _original(steps),
        Panel(f"{len(hexes)} colours", partial(draw_picture, image=palette.reduced)),
        Panel("palette", partial(draw_swatches, colors=hexes, shares=palette.shares.tolist(), names=hexes)),
    ]
    return Drawing("1-reduction", "Colour reduction by k-means", panels, 3, aspect_of(steps.image))


def layers(steps: ArticleSteps) -> Drawing:
    """Return the picture split apart, one panel for each colour, with its hex and what it became."""
    palette = steps.palette
    panels = [
        Panel(
            f"{_hex(palette.colors[index])}, {share:.1%}\n{became(steps, index)}",
            partial(draw_picture, image=alone(palette.reduced, palette.labels == index)),
        )
        for index, share in enumerate(palette.shares)
    ]
    return Drawing("2-layers", "One colour at a time", panels, 6, aspect_of(steps.image), gap=0.1)


def became(steps: ArticleSteps, index: int) -> str:
    """Return what a colour of the palette was taken for, in a few words."""
    if steps.skin_color is None:
        return ""
    skin = "skin" if index == steps.skin_color else ""
    if steps.ring_shares is None or not (share := steps.ring_shares[index]):
        return skin or ("" if steps.ring_shares is None else "not in the ring")
    is_hair = steps.hair_colors is not None and index in steps.hair_colors
    return ", ".join(filter(None, (skin, "hair" if is_hair else "no hair", f"{share:.1%} of the ring")))


def face(steps: ArticleSteps) -> Drawing | None:
    """Return the way from the skin's colour to the convex hull; None without a face."""
    panels = []
    if steps.skin_mask is not None:
        panels.append(Panel("skin colour", partial(_draw_skin, mask=steps.skin_mask, middle=steps.middle)))
    if steps.core_mask is not None and steps.clusters is not None:
        clusters = np.ma.masked_where(~steps.core_mask, steps.clusters % 10)
        panels.append(Panel("core points of DBSCAN", partial(_draw_clusters, clusters=clusters)))
    if steps.face_region is not None:
        panels.append(Panel("face region", partial(draw_mask, mask=steps.face_region)))
    if steps.hull is not None and steps.face_mask is not None:
        panels.append(Panel("convex hull", partial(_draw_hull, mask=steps.face_mask, corners=steps.hull)))
        over = partial(draw_outline, image=steps.image, mask=steps.face_mask)
        panels.append(Panel("hull over the original", over))
    title = "The face by its skin"
    return Drawing("3-face", title, panels, 5, aspect_of(steps.image)) if panels else None


def hair(steps: ArticleSteps, ring_share: float) -> Drawing | None:
    """Return the way from the enlarged hulls to the hair; None where no ring was drawn."""
    image, line, hair = steps.image, steps.scalp_line, steps.hair_mask
    if line is None:
        return None
    panels = [
        Panel("scaled hulls", partial(_draw_scaled_hulls, image=image, line=line)),
        Panel("ring", partial(draw_picture, image=alone(image, line.ring))),
    ]
    if steps.ring_shares is not None:
        panels.append(Panel("the ring's colours", partial(draw_ring_colors, steps=steps, limit=ring_share)))
    if hair is not None:
        panels.append(Panel("reduced hair", partial(draw_picture, image=alone(steps.palette.reduced, hair))))
        panels.append(Panel("hair", partial(draw_picture, image=alone(image, hair))))
    panels.append(_original(steps))
    return Drawing("4-hair", "The hair by the ring round the face", panels, 6, aspect_of(image))


def _original(steps: ArticleSteps) -> Panel:
    box = None if steps.face is None else steps.face.box
    return Panel("original", partial(draw_portrait, image=steps.image, box=box))


def _draw_skin(axes: Axes, mask: Mask, middle: tuple[slice, slice] | None) -> None:
    """Draw every pixel of the skin's colour and the middle of the face that it was taken from."""
    draw_mask(axes, mask)
    if middle is not None:
        rows, columns = middle
        draw_box(axes, Box(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start))


def _draw_clusters(axes: Axes, clusters: np.ma.MaskedArray[Any, Any]) -> None:
    """Draw DBSCAN's core points, each cluster in its own colour."""
    axes.imshow(clusters, cmap="tab10", vmin=0, vmax=9, interpolation="nearest")
    axes.set(xticks=[], yticks=[], facecolor="white")


def _draw_hull(axes: Axes, mask: Mask, corners: Points) -> None:
    """Draw the convex hull, filled, with its corners."""
    draw_mask(axes, mask)
    _polygon(axes, corners)


def _draw_scaled_hulls(axes: Axes, image: Image, line: ScalpLine) -> None:
    """Draw the two enlarged hulls over the picture, as far as they lie in it."""
    draw_picture(axes, image)
    height, width = image.shape[:2]
    _polygon(axes, line.inner_corners)
    _polygon(axes, line.outer_corners)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def draw_ring_colors(axes: Axes, steps: ArticleSteps, limit: float | None = None) -> None:
    """Draw the ring's colours with their shares of it; those beyond the line are hair and named so."""
    shares = np.asarray(steps.ring_shares)
    order = [index for index in np.argsort(-shares, kind="stable") if shares[index] > 0]
    chosen = set() if steps.hair_colors is None else set(steps.hair_colors.tolist())
    names = ["hair" if index in chosen else "" for index in order]
    hexes = [_hex(steps.palette.colors[index]) for index in order]
    draw_swatches(axes, hexes, shares[order].tolist(), names, limit)


def _polygon(axes: Axes, corners: Points) -> None:
    closed = np.concatenate([corners, corners[:1]])
    axes.plot(closed[:, 0], closed[:, 1], color=MARK, linewidth=1.2)


def _hex(color: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    return "#" + bytes(color.tolist()).hex()
