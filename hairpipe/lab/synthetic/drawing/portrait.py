"""Draw one anime-like portrait of which everything is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.extract.result import Box
from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.clothes import draw_clothes, draw_headwear
from hairpipe.lab.synthetic.drawing.colors import Rgb
from hairpipe.lab.synthetic.drawing.curves import Frame
from hairpipe.lab.synthetic.drawing.hair import draw_back_hair, draw_front_hair
from hairpipe.lab.synthetic.drawing.head import Build, choose_build, draw_brows, draw_face, draw_neck
from hairpipe.lab.synthetic.drawing.palette import lay_back_colors, lay_colors, portrait_palette, tone_of_step
from hairpipe.lab.synthetic.drawing.style import HairPattern, Style, choose_style
from hairpipe.lab.synthetic.sheet import (
    HAIR_START,
    HAIR_STEPS,
    HALF_COVERED,
    OVERSAMPLE,
    POINTS_PER_PIXEL,
    Ink,
    Shade,
    Sheet,
    code_table,
)

_Picture = NDArray[np.uint8]
_Field = NDArray[np.float32]

MIN_SIDE = 32
# With less of the hair than that, a colour is hardly seen.
_SEEN_SHARE = 0.02

_HAIR = code_table(range(HAIR_START, 256))
_FACE = code_table([*range(Ink.FACE, Ink.MOUTH_LINE + 1), Ink.LIPS, Ink.GLASSES])
_SKIN = code_table(range(Ink.SKIN, Ink.BLUSH + 1))
_BACKGROUND = code_table([Ink.BACKGROUND])


@dataclass(frozen=True)
class TrueColor:
    """One colour that hair was drawn with."""

    name: str
    """One of the 12 names."""
    rgb: Rgb
    """The flat colour, before shade, light and JPEG."""
    share: float
    """Part of the hair's area, shaded and lit parts included."""


@dataclass(frozen=True, eq=False)
class DrawnPortrait:
    """A portrait and the truth about it."""

    image: NDArray[np.uint8]
    """(H, W, 3). RGB."""
    hair_mask: NDArray[np.bool_]
    """(H, W). Pixels that show hair in half of their area or more."""
    face_mask: NDArray[np.bool_]
    """(H, W). Pixels that show the face with its features in more than half."""
    skin_mask: NDArray[np.bool_]
    """(H, W). Likewise, bare skin of face, ears and neck."""
    figure_mask: NDArray[np.bool_]
    """(H, W). Anything but background."""
    face_box: Box
    """In whole pixels, from the brows' height to the chin, as face detectors draw it; inside the picture."""
    colors: tuple[TrueColor, ...]
    """The hair's colours, largest share first; the shares add up to 1."""
    style: Style

    @property
    def pattern(self) -> HairPattern:
        """What the hair shows: single where a second colour was chosen but is hardly seen."""
        seen = [color for color in self.colors if color.share >= _SEEN_SHARE]
        return HairPattern.SINGLE if len(seen) == 1 else self.style.pattern


def draw_portrait(seed: int | Sequence[int], height: int = 168, width: int = 100) -> DrawnPortrait:
    """Draw an anime-like portrait with exact masks.

    Parameters
    ----------
    seed : int or sequence of int
        The same seed gives the same portrait, and at another size the same figure.
    height, width : int
        Size in pixels, at least 32 each.

    Raises
    ------
    ValueError
        If a side is shorter than 32 pixels or the seed is negative.

    Examples
    --------
    >>> drawn = draw_portrait(7)
    >>> drawn.image.shape, drawn.hair_mask.any()
    ((168, 100, 3), True)
    """
    if min(height, width) < MIN_SIDE:
        raise ValueError(
            f"A portrait of {height} x {width} can't be drawn: each side needs {MIN_SIDE} pixels."
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    style = choose_style(rng)
    build = choose_build(style, rng)
    sheet = Sheet(height, width)
    head = _draw_figure(sheet, style, build, rng)
    palette = portrait_palette(style, rng)
    hair = sheet.coverage(_HAIR)
    seen = sheet.coverage(_BACKGROUND)
    picture = sheet.colored(palette)
    if style.painted:
        picture = with_strands(picture, hair, rng)
    picture = laid_on(picture, draw_backdrop(height, width, style, rng), seen)
    if style.painted:
        picture = with_light(picture, rng)
    return DrawnPortrait(
        image=as_scraped(picture, rng),
        hair_mask=hair >= HALF_COVERED,
        face_mask=sheet.mask(_FACE),
        skin_mask=sheet.mask(_SKIN),
        figure_mask=seen <= HALF_COVERED,
        face_box=_face_box(head, build, height, width),
        colors=_true_colors(sheet, style),
        style=style,
    )


def _draw_figure(sheet: Sheet, style: Style, build: Build, rng: Generator) -> Frame:
    """Draw everything on the sheet, from back to front, and return the head's frame."""
    body, head = _frames(sheet, style, rng)
    draw_back_hair(sheet, head, style, rng)
    lay_back_colors(sheet, style)
    draw_neck(sheet, body, build, style)
    draw_clothes(sheet, body, style, rng)
    draw_face(sheet, head, build, style, rng)
    brows_on_hair = rng.random() < 0.4
    if not brows_on_hair:
        draw_brows(sheet, head, build, rng)
    draw_front_hair(sheet, head, style, rng)
    lay_colors(sheet, head, style, rng)
    if brows_on_hair:
        draw_brows(sheet, head, build, rng)
    draw_headwear(sheet, head, style, rng)
    return head


def _frames(sheet: Sheet, style: Style, rng: Generator) -> tuple[Frame, Frame]:
    height, width = sheet.codes.shape
    # A tall picture shows more of the body, a wide one more of the background.
    close = rng.random() < 0.3
    unit = min(width, 0.75 * height) * (rng.uniform(0.32, 0.48) if close else rng.uniform(0.2, 0.32))
    x = width * rng.uniform(0.42, 0.58)
    y = min(max(height * rng.uniform(0.36, 0.5), 1.35 * unit), height - 1.4 * unit)
    return Frame((x, y), unit), Frame((x, y), unit, style.tilt)


def _face_box(head: Frame, build: Build, height: int, width: int) -> Box:
    top = build.eye_y - build.eye_half[1] - 0.35
    middle = 0.2 * build.turn
    placed = head.place([(middle - 0.9, top), (middle + 0.9, top), (middle, build.chin + 0.02)])
    corners = placed / (POINTS_PER_PIXEL * OVERSAMPLE)
    left, right = max(0, round(corners[0, 0])), min(width, round(corners[1, 0]))
    upper = max(0, round(float(corners[:2, 1].mean())))
    lower = min(height, round(corners[2, 1]))
    return Box(left, upper, right - left, lower - upper)


def _true_colors(sheet: Sheet, style: Style) -> tuple[TrueColor, ...]:
    if len(style.hair_names) == 1:
        return (TrueColor(style.hair_names[0], style.hair_rgbs[0], 1.0),)
    counts = sheet.areas()[HAIR_START:]
    per_step = counts.reshape(HAIR_STEPS, len(Shade)).sum(axis=1)
    per_tone = np.bincount(tone_of_step(style), weights=per_step, minlength=len(style.hair_names))
    total = float(per_tone.sum())
    colors = [
        TrueColor(name, rgb, float(count) / total)
        for name, rgb, count in zip(style.hair_names, style.hair_rgbs, per_tone, strict=True)
        if count
    ]
    return tuple(sorted(colors, key=lambda color: -color.share))


def with_strands(picture: _Picture, hair: NDArray[np.uint8], rng: Generator) -> _Picture:
    """Return the picture with soft strands in its hair, which covers so much, 0 to 255, of each pixel."""
    height, width = hair.shape
    strength = rng.uniform(0.05, 0.16)
    noise = rng.normal(0.0, strength, (int(rng.integers(2, 6)), int(rng.integers(15, 40)))).astype(np.float32)
    field = cast(_Field, cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))
    field *= hair
    field *= np.float32(1 / 255)
    field += 1
    return _multiplied(picture, field)


def with_light(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture lit a little unevenly."""
    noise = rng.normal(1.0, 0.05, (3, 3)).astype(np.float32)
    height, width = picture.shape[:2]
    field = cast(_Field, cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR))
    return _multiplied(picture, field)


def as_scraped(picture: _Picture, rng: Generator) -> _Picture:
    """Return the picture as it comes out of a database: often blurred a little, grainy, and a JPEG."""
    draws = rng.random(4)
    if draws[0] < 0.3:
        picture = cast(_Picture, cv2.GaussianBlur(picture, (3, 3), 0.4 + 0.5 * draws[1]))
    if draws[2] < 0.15:
        grain = rng.integers(-5, 6, picture.shape, dtype=np.int16)
        picture = cast(_Picture, cv2.add(picture, grain, dtype=cv2.CV_8U))
    if draws[3] < 0.85:
        quality = int(rng.integers(62, 97))
        _, data = cv2.imencode(
            ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        picture = cast(_Picture, cv2.imdecode(data, cv2.IMREAD_COLOR_RGB))
    return picture


def laid_on(figure: _Picture, backdrop: _Picture, seen: NDArray[np.uint8]) -> _Picture:
    """Return the figure, black where it is not, on the backdrop, of which `seen` (0 to 255) is uncovered."""
    behind = cv2.multiply(backdrop, cv2.merge([seen, seen, seen]), scale=1 / 255)
    return cast(_Picture, cv2.add(figure, behind))


def _multiplied(picture: _Picture, factor: _Field) -> _Picture:
    return cast(_Picture, cv2.multiply(picture, cv2.merge([factor, factor, factor]), dtype=cv2.CV_8U))
