"""The article's method: skin by density, a ring round the face, hair by the ring's colours.

After "Clustering Techniques for Anime Hair Extraction" (microbrewdata.com): k-means reduces the
picture, DBSCAN and a convex hull find the face in the skin's colour, the hull enlarged gives the
scalp line, and colours frequent there are hair wherever they occur.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairpipe.extract.article.density import Labels, default_min_samples, density_clusters
from hairpipe.extract.article.face_region import face_clusters, face_region
from hairpipe.extract.article.hair import pixels_of_colors, ring_shares
from hairpipe.extract.article.hull import Points, fill_convex, hull_corners
from hairpipe.extract.article.scalp_line import ScalpLine, scalp_line
from hairpipe.extract.color.palette import Palette, reduce_colors
from hairpipe.extract.color.skin import skin_color
from hairpipe.extract.face.box import Window, middle_of
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.result import Face, Image, Mask, Segmentation
from hairpipe.extract.settings import ArticleSettings, Settings
from hairpipe.status import Status

VERSION = "3"

# The article clusters (y, x, channel) of the reduced RGB picture.
_CHANNELS = 3


@dataclass(frozen=True, eq=False)
class ArticleSteps:
    """What each step of the method gave; None for steps that were not reached."""

    image: Image
    """(H, W, 3): the picture."""
    palette: Palette
    """Its few colours: `palette.reduced`, `palette.labels`, `palette.colors`, `palette.shares`."""
    face: Face | None = None
    middle: Window | None = None
    """Rows and columns of the middle half of the face box."""
    skin_color: int | None = None
    """The skin's index into the palette."""
    skin_mask: Mask | None = None
    """(H, W): every pixel of that colour."""
    core_mask: Mask | None = None
    """(H, W): the core points of DBSCAN over them."""
    clusters: Labels | None = None
    """(H, W): DBSCAN's labels; -1 for noise and outside the skin mask."""
    kept_clusters: NDArray[np.intp] | None = None
    """(n,): the clusters that meet the face's middle."""
    face_region: Mask | None = None
    """(H, W): their pixels."""
    hull: Points | None = None
    """(n, 2): x and y of the corners of their convex hull."""
    face_mask: Mask | None = None
    """(H, W): the hull filled."""
    scalp_line: ScalpLine | None = None
    """The enlarged hulls and the ring between them."""
    ring_shares: NDArray[np.float64] | None = None
    """(k,): the part of the ring that each colour of the palette has."""
    hair_colors: NDArray[np.intp] | None = None
    """(n,): indices of the colours that are hair, in the palette's order."""
    hair_mask: Mask | None = None
    """(H, W): every pixel of those colours."""


def segment(image: Image, faces: FaceSearch, settings: Settings) -> Segmentation:
    """Return the hair of a portrait after the article's steps.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)
        RGB, at least one pixel.
    faces : FaceSearch
        Without a face the status is ``no_face``.
    settings : Settings
        Its `article` group is used.

    Returns
    -------
    Segmentation
        ``no_skin`` where the skin in the face's middle is too scattered to form a cluster,
        ``no_ring`` where nothing of the picture lies round the face, ``no_hair`` where no
        colour has enough of the ring. `steps` is an :class:`ArticleSteps`.
    """
    face = faces.found()
    steps = ArticleSteps(image, reduce_colors(image, settings.article.colors), face)
    if face is None:
        return _ended(steps, Status.NO_FACE, "no face was found")
    steps, region = _with_face_region(
        steps, middle_of(face.box, image.shape[1], image.shape[0]), settings.article
    )
    if not region.any():
        return _ended(steps, Status.NO_SKIN, "no dense patch of skin in the middle of the face")
    steps = _with_scalp_line(steps, region, settings.article)
    if steps.ring_shares is None:
        return _ended(steps, Status.NO_RING, "no pixel lies round the face")
    hair_colors = np.flatnonzero(steps.ring_shares > settings.article.ring_share)
    if hair_colors.size == 0:
        return _ended(
            steps, Status.NO_HAIR, f"no colour has more than {settings.article.ring_share:.0%} of the ring"
        )
    hair_mask = pixels_of_colors(steps.palette, hair_colors)
    return _ended(replace(steps, hair_colors=hair_colors, hair_mask=hair_mask), Status.OK, None)


def _with_face_region(
    steps: ArticleSteps, middle: Window, settings: ArticleSettings
) -> tuple[ArticleSteps, Mask]:
    """Add the steps from the skin's colour to the pixels of the face; return those too."""
    color = skin_color(steps.palette, middle)
    skin_mask = steps.palette.labels == color
    min_samples = settings.min_samples or default_min_samples(settings.eps)
    clusters = density_clusters(skin_mask, settings.eps, min_samples, _CHANNELS)
    kept = face_clusters(clusters.labels, middle)
    region = face_region(clusters.labels, kept)
    reached = replace(
        steps,
        middle=middle,
        skin_color=color,
        skin_mask=skin_mask,
        core_mask=clusters.core,
        clusters=clusters.labels,
        kept_clusters=kept,
        face_region=region,
    )
    return reached, region


def _with_scalp_line(steps: ArticleSteps, region: Mask, settings: ArticleSettings) -> ArticleSteps:
    """Add the steps from the face's hull to what the ring round it is made of."""
    hull = hull_corners(region)
    face_mask = fill_convex(hull, (region.shape[0], region.shape[1]))
    line = scalp_line(face_mask, hull, settings.inner_scale, settings.outer_scale, settings.bias)
    shares = ring_shares(steps.palette, line.ring) if line.ring.any() else None
    return replace(steps, hull=hull, face_mask=face_mask, scalp_line=line, ring_shares=shares)


def _ended(steps: ArticleSteps, status: Status, error: str | None) -> Segmentation:
    nothing = np.zeros(steps.image.shape[:2], bool)
    return Segmentation(
        status=status,
        hair_mask=nothing if steps.hair_mask is None else steps.hair_mask,
        face_mask=nothing if steps.face_mask is None else steps.face_mask,
        palette=steps.palette,
        error=error,
        face=steps.face,
        steps=steps,
    )
