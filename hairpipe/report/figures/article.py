"""The article's figures, from what its method's steps gave. A step that was not reached is left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hairpipe.extract.article.hull import Points
from hairpipe.extract.article.method import ArticleSteps
from hairpipe.extract.color.palette import Palette
from hairpipe.report.figures.drawing import Drawing, Panel
from hairpipe.report.figures.hsv import flat_pixels, hsv_panels
from hairpipe.report.figures.panels import (
    MARK,
    draw_box,
    draw_mask,
    draw_outline,
    draw_picture,
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
    drawings = [reduction(steps), layers(steps), face(steps), hair(steps, ring_share), colors(steps)]
    return [drawing for drawing in drawings if drawing is not None]


def reduction(steps: ArticleSteps) -> Drawing:
    """Return the original beside the reduced picture, and the palette."""
    panels = [
        Panel("original", partial(draw_original, steps=steps)),
        Panel(f"{len(steps.palette.colors)} colours", lambda axes: draw_picture(axes, steps.palette.reduced)),
        Panel("palette", partial(draw_palette, palette=steps.palette)),
    ]
    aspect = steps.image.shape[0] / steps.image.shape[1]
    return Drawing("1-reduction", "Colour reduction by k-means", panels, 3, aspect)


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
    aspect = steps.image.shape[0] / steps.image.shape[1]
    return Drawing("2-layers", "One colour at a time", panels, 6, aspect, gap=0.1)


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
    reached: list[tuple[str, object, Callable[[Axes], None]]] = [
        ("skin colour", steps.skin_mask, partial(draw_skin, steps=steps)),
        ("core points of DBSCAN", steps.core_mask, partial(draw_core, steps=steps)),
        ("face region", steps.face_region, partial(draw_face_region, steps=steps)),
        ("convex hull", steps.hull, partial(draw_hull, steps=steps)),
        ("hull over the original", steps.hull, partial(draw_hull_over_original, steps=steps)),
    ]
    panels = [Panel(title, draw) for title, value, draw in reached if value is not None]
    aspect = steps.image.shape[0] / steps.image.shape[1]
    return Drawing("3-face", "The face by its skin", panels, 5, aspect) if panels else None


def hair(steps: ArticleSteps, ring_share: float) -> Drawing | None:
    """Return the way from the enlarged hulls to the hair; None where no ring was drawn."""
    reached: list[tuple[str, object, Callable[[Axes], None]]] = [
        ("scaled hulls", steps.scalp_line, partial(draw_scaled_hulls, steps=steps)),
        ("ring", steps.scalp_line, partial(draw_ring, steps=steps)),
        ("the ring's colours", steps.ring_shares, partial(draw_ring_colors, steps=steps, limit=ring_share)),
        ("reduced hair", steps.hair_mask, partial(draw_reduced_hair, steps=steps)),
        ("hair", steps.hair_mask, partial(draw_hair, steps=steps)),
        ("original", steps.scalp_line, partial(draw_original, steps=steps)),
    ]
    panels = [Panel(title, draw) for title, value, draw in reached if value is not None]
    aspect = steps.image.shape[0] / steps.image.shape[1]
    return Drawing("4-hair", "The hair by the ring round the face", panels, 6, aspect) if panels else None


def colors(steps: ArticleSteps) -> Drawing:
    """Return the HSV plots: original, hair, reduced, reduced hair, each as a cloud and three projections."""
    panels = hsv_panels("original", flat_pixels(steps.image))
    if steps.hair_mask is not None:
        panels += hsv_panels("hair", flat_pixels(steps.image, steps.hair_mask))
    panels += hsv_panels("reduced", flat_pixels(steps.palette.reduced))
    if steps.hair_mask is not None:
        panels += hsv_panels("reduced hair", flat_pixels(steps.palette.reduced, steps.hair_mask))
    return Drawing("5-hsv", "Colours by hue, saturation and value", panels, 4, gap=0.28)


def draw_original(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the picture with its face box."""
    draw_picture(axes, steps.image)
    if steps.face is not None:
        draw_box(axes, steps.face.box)


def draw_palette(axes: Axes, palette: Palette) -> None:
    """Draw the palette's colours with their shares of the picture."""
    hexes = [_hex(color) for color in palette.colors]
    draw_swatches(axes, hexes, palette.shares.tolist(), hexes)


def draw_skin(axes: Axes, steps: ArticleSteps) -> None:
    """Draw every pixel of the skin's colour and the middle of the face that it was taken from."""
    draw_mask(axes, _mask(steps.skin_mask))
    if steps.middle is not None:
        rows, columns = steps.middle
        x, y = (columns.start - 0.5, columns.stop - 0.5), (rows.start - 0.5, rows.stop - 0.5)
        axes.plot([x[0], x[1], x[1], x[0], x[0]], [y[0], y[0], y[1], y[1], y[0]], color=MARK, linewidth=1.2)


def draw_core(axes: Axes, steps: ArticleSteps) -> None:
    """Draw DBSCAN's core points, each cluster in its own colour."""
    clusters = np.asarray(steps.clusters)
    axes.imshow(
        np.ma.masked_where(~_mask(steps.core_mask), clusters % 10),
        cmap="tab10",
        vmin=0,
        vmax=9,
        interpolation="nearest",
    )
    axes.set(xticks=[], yticks=[], facecolor="white")


def draw_face_region(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the clusters that meet the face's middle."""
    draw_mask(axes, _mask(steps.face_region))


def draw_hull(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the convex hull, filled, with its corners."""
    draw_mask(axes, _mask(steps.face_mask))
    _polygon(axes, np.asarray(steps.hull))


def draw_hull_over_original(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the convex hull over the picture."""
    draw_outline(axes, steps.image, _mask(steps.face_mask))


def draw_scaled_hulls(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the two enlarged hulls over the picture, as far as they lie in it."""
    draw_picture(axes, steps.image)
    if steps.scalp_line is not None:
        height, width = steps.image.shape[:2]
        _polygon(axes, steps.scalp_line.inner_corners)
        _polygon(axes, steps.scalp_line.outer_corners)
        axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def draw_ring(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the picture inside the ring between the enlarged hulls."""
    if steps.scalp_line is not None:
        draw_picture(axes, alone(steps.image, steps.scalp_line.ring))


def draw_ring_colors(axes: Axes, steps: ArticleSteps, limit: float | None = None) -> None:
    """Draw the ring's colours with their shares of it; those beyond the line are hair and named so."""
    shares = np.asarray(steps.ring_shares)
    order = [index for index in np.argsort(-shares, kind="stable") if shares[index] > 0]
    chosen = set() if steps.hair_colors is None else set(steps.hair_colors.tolist())
    names = ["hair" if index in chosen else "" for index in order]
    hexes = [_hex(steps.palette.colors[index]) for index in order]
    draw_swatches(axes, hexes, shares[order].tolist(), names, limit)


def draw_reduced_hair(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the hair in the palette's colours."""
    draw_picture(axes, alone(steps.palette.reduced, _mask(steps.hair_mask)))


def draw_hair(axes: Axes, steps: ArticleSteps) -> None:
    """Draw the hair in its original values."""
    draw_picture(axes, alone(steps.image, _mask(steps.hair_mask)))


def _mask(mask: object) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(mask, dtype=bool)


def _polygon(axes: Axes, corners: Points) -> None:
    closed = np.concatenate([corners, corners[:1]])
    axes.plot(closed[:, 0], closed[:, 1], color=MARK, linewidth=1.2)


def _hex(color: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    return "#" + bytes(color.tolist()).hex()
