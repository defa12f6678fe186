"""What the stages hand on: frozen dataclasses, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hairpipe.status import Status

if TYPE_CHECKING:
    from hairpipe.extract.color.palette import Palette

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class HairLength(StrEnum):
    """How far hair reaches."""

    # Above the chin.
    SHORT = "short"
    # To the shoulders.
    MEDIUM = "medium"
    # Past them.
    LONG = "long"


class Box(NamedTuple):
    """A rectangle in pixels, `x` and `y` the top-left corner."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Face:
    """The face a method works from."""

    box: Box
    source: str
    """``given``, or the name of the detector that found it."""
    score: float | None = None
    """The detector's confidence, 0 to 1; None for a given box."""
    count: int = 1
    """How many faces the picture shows, as far as is known."""


@dataclass(frozen=True)
class HairColor:
    """One colour of the hair."""

    name: str | None
    """One of the 12 names."""
    modifier: str | None
    """``light``, ``dark`` or None."""
    hex: str
    """``#rrggbb``."""
    rgb: tuple[int, int, int]
    """0 to 255."""
    lab: tuple[float, float, float]
    """CIELAB under D65, L 0 to 100."""
    hsv: tuple[float, float, float]
    """Hue in degrees 0 to 360, saturation and value 0 to 1."""
    share: float
    """Part of the hair's pixels; the shares of all colours add up to 1."""
    pixels: int
    margin: float
    """How much likelier the name is than the second likeliest, 0 to 1; 0 without a name."""
    probability: float = 0.0
    """How likely people are to use the name, 0 to 1; 0 without a name."""
    also: tuple[str, ...] = ()
    """Other names that are at least half as likely, the likeliest first."""
    shade_hex: str | None = None
    shine_hex: str | None = None
    """The tones are its most frequent darker and lighter one, if there is one."""

    @property
    def second_name(self) -> str | None:
        """The likeliest other name, if it is at least half as likely."""
        return self.also[0] if self.also else None

    @property
    def second_probability(self) -> float | None:
        """How likely people are to use the second name; None without one."""
        return self.probability - self.margin if self.also else None


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What a method found: where the hair is, and how it got there."""

    status: Status
    hair_mask: Mask
    face_mask: Mask
    """Both masks are (H, W), all False where there is none."""
    palette: Palette
    """The colours the picture was reduced to; the hair's colours are named from them."""
    error: str | None = None
    """Why the status is not ok, in a few words."""
    mask_quality: float | None = None
    """How likely the mask is right, 0 to 1; None where the method does not rate itself."""
    traits: NDArray[np.float64] | None = None
    """What the trust in mask and name is told by; None likewise."""
    length: HairLength | None = None
    """None where it can't be told."""
    sure_mask: Mask | None = None
    """(H, W): where hair is certain, if the method can tell."""
    face: Face | None = None
    """The face the method worked from."""
    steps: object | None = None
    """The method's own record of its intermediates, for whoever draws them."""


@dataclass(frozen=True, eq=False)
class Extraction:
    """The result of :func:`hairpipe.extract_hair` for one picture.

    Attributes
    ----------
    status : Status
    method : str
    face : Box or None
    face_source : str or None
    face_score : float or None
    face_count : int
    hair_mask, face_mask : ndarray of bool, (H, W)
    colors : tuple of HairColor
        Largest share first; empty where there is no hair.
    color : str or None
        The first colour's name.
    modifier : str or None
        The first colour's modifier.
    pattern : str or None
        ``single``, ``two_tone``, ``multicolored`` or ``gradient``.
    hair_fraction : float
        Hair pixels over all pixels.
    length : HairLength or None
        How long the hair is; None where that can't be told.
    mask_quality : float or None
        How likely the mask is right, 0 to 1; None where the method does not rate itself.
    quality : float or None
        How likely mask and main name both are; None likewise.
    name_probability : float or None
        How likely people are to use the main colour's name; None without one.
    error : str or None
        Why the status is not ok, in a few words.
    steps : object or None
        The method's own record of its intermediates, such as
        :class:`hairpipe.extract.article.method.ArticleSteps`; None where no method ran.
    """

    status: Status
    method: str
    face: Box | None
    face_source: str | None
    face_score: float | None
    face_count: int
    hair_mask: Mask
    face_mask: Mask
    colors: tuple[HairColor, ...]
    pattern: str | None
    quality: float | None
    mask_quality: float | None = None
    length: HairLength | None = None
    error: str | None = None
    steps: object | None = None

    @property
    def color(self) -> str | None:
        """Name of the largest colour."""
        return self.colors[0].name if self.colors else None

    @property
    def modifier(self) -> str | None:
        """``light`` or ``dark`` of the largest colour."""
        return self.colors[0].modifier if self.colors else None

    @property
    def name_probability(self) -> float | None:
        """How likely people are to use the main colour's name."""
        return self.colors[0].probability if self.colors and self.colors[0].name else None

    @property
    def hair_fraction(self) -> float:
        """Hair pixels over all pixels."""
        return np.count_nonzero(self.hair_mask) / max(1, self.hair_mask.size)
