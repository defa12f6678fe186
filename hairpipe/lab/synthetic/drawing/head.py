"""Head and neck: ears, the face's outline, eyes, brows, nose and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hairpipe.lab.synthetic.drawing.curves import (
    LINE_WIDTH,
    Frame,
    Outline,
    Pen,
    arc,
    closed_curve,
    ellipse,
    ellipses,
    mirrored,
    open_curve,
)
from hairpipe.lab.synthetic.drawing.style import Gender, Style
from hairpipe.lab.synthetic.sheet import Ink, Sheet, change_table

_SKIN_TO_SHADE = change_table({Ink.SKIN: Ink.SKIN_SHADE})
_FACE_TO_BLUSH = change_table({Ink.FACE: Ink.BLUSH})
_FACE_TO_LIPS = change_table({Ink.FACE: Ink.LIPS})
_EYE_TO_IRIS = change_table({Ink.EYE_WHITE: Ink.IRIS})
_IRIS_INKS = (Ink.IRIS_DARK, Ink.IRIS_LIGHT, Ink.PUPIL, Ink.GLINT, Ink.GLINT)


@dataclass(frozen=True)
class Build:
    """The proportions of one head, in units of the head."""

    chin: float
    """How far the chin lies below the middle."""
    jaw: float
    """Half the width of the jaw."""
    eye_y: float
    eye_x: float
    """Where the eyes lie, as `eye_y`, before the head turns."""
    eye_half: tuple[float, float]
    """Half the width and height of an eye."""
    turn: float
    """Radians the head is turned to a side."""

    def across(self, x: float) -> float:
        """Return where a feature at `x` of the face seen from the front comes to lie."""
        return float(np.sin(np.arcsin(np.clip(0.85 * x, -1.0, 1.0)) + self.turn) / 0.85)

    def narrowing(self, x: float) -> float:
        """Return how much of its width a feature at `x` keeps when the head turns."""
        return float(np.clip(np.cos(np.arcsin(np.clip(0.7 * x, -1.0, 1.0)) + self.turn), 0.5, 1.0))


def choose_build(style: Style, rng: Generator) -> Build:
    """Draw proportions: large eyes and a small jaw for females, narrower and longer for males."""
    draws = rng.random(6)
    male = style.gender is Gender.MALE
    return Build(
        chin=1.16 + 0.2 * draws[0] + 0.10 * male,
        jaw=0.52 + 0.16 * draws[1] + 0.06 * male,
        eye_y=0.22 + 0.12 * draws[2],
        eye_x=0.46 + 0.06 * draws[3],
        eye_half=(0.25 + 0.06 * draws[4], (0.24 + 0.14 * draws[5]) * (0.72 if male else 1.0)),
        turn=style.turn,
    )


def face_outline(build: Build) -> Outline:
    """Return the face's outline, skull included, in units of the head."""
    chin = build.chin
    half = [
        (0.0, -1.22),
        (0.62, -1.06),
        (0.96, -0.5),
        (0.99, 0.15),
        (0.9, 0.55),
        (build.jaw + 0.04, chin - 0.34),
        (0.2, chin - 0.05),
        (0.04, chin),
    ]
    outline = closed_curve(mirrored(half))
    # The lower the point, the further it follows the turn of the head.
    outline[:, 0] += 0.45 * build.turn * np.clip((outline[:, 1] + 0.2) / chin, 0.0, 1.0)
    return outline


def draw_neck(sheet: Sheet, frame: Frame, build: Build, style: Style) -> None:
    """Draw the neck, down to the shoulders, with the chin's shadow on it."""
    pen = Pen(sheet, frame)
    half = 0.42 if style.gender is Gender.MALE else 0.3
    lean, chin = 0.2 * build.turn, build.chin
    right = [(half + lean, 0.6), (half, 1.72), (0.8, 2.0)]
    left = [(-half + lean, 0.6), (-half, 1.72), (-0.8, 2.0)]
    pen.fill(right + left[::-1], Ink.SKIN)
    shadow = [(-half - 0.1, chin - 0.2), (half + 0.1, chin - 0.2), (0.3 * lean, chin + 0.42)]
    pen.change([shadow], _SKIN_TO_SHADE)
    pen.stroke(right, Ink.SKIN_LINE)
    pen.stroke(left, Ink.SKIN_LINE)


def draw_face(sheet: Sheet, frame: Frame, build: Build, style: Style, rng: Generator) -> None:
    """Draw ears and the face with all its features."""
    pen = Pen(sheet, frame)
    draws = rng.random(10)
    _draw_ears(pen, build)
    pen.piece(face_outline(build), Ink.FACE, Ink.FACE_LINE)
    if draws[0] < 0.45:
        cheeks = [ellipse((build.across(x), build.eye_y + 0.45), (0.2, 0.09)) for x in (-0.58, 0.58)]
        pen.change(cheeks, _FACE_TO_BLUSH)
    _draw_nose(pen, build, draws[1])
    _draw_mouth(pen, build, draws[2], 0.14 + 0.16 * draws[3])
    gaze = (0.08 * (draws[4] - 0.5), 0.06 * (draws[5] - 0.5))
    for side in (-1.0, 1.0):
        if style.eyes_closed:
            _draw_closed_eye(pen, build, side)
        else:
            _draw_eye(pen, build, side, gaze)
    if style.glasses:
        _draw_glasses(pen, build)


def draw_brows(sheet: Sheet, frame: Frame, build: Build, rng: Generator) -> None:
    """Draw the eyebrows, from sad to angry."""
    anger, raised = 0.22 * (rng.random() - 0.5), 0.1 * rng.random()
    top = build.eye_y - build.eye_half[1] - 0.16 - raised
    for side in (-1.0, 1.0):
        inner, middle, outer = (build.across(side * (build.eye_x + offset)) for offset in (-0.22, 0.02, 0.28))
        brow = open_curve([(inner, top + anger), (middle, top - 0.05), (outer, top + 0.04 - anger)])
        Pen(sheet, frame).stroke(brow, Ink.BROW, 0.045)


def _draw_ears(pen: Pen, build: Build) -> None:
    for side in (-1.0, 1.0):
        x = side * 1.0 - 0.25 * build.turn
        ear = closed_curve([(x, 0.02), (x + 0.16 * side, -0.02), (x + 0.15 * side, 0.35), (x, 0.52)])
        pen.piece(ear, Ink.SKIN, Ink.SKIN_LINE)


def _draw_nose(pen: Pen, build: Build, draw: float) -> None:
    x, y = build.across(0.0), build.eye_y + 0.42 * (build.chin - build.eye_y)
    lean = 0.05 if build.turn > 0 else -0.05
    line = [(x, y - 0.08 * draw), (x + lean, y + 0.03), (x, y + 0.05)]
    pen.stroke(line, Ink.FACE_LINE, 0.6 * LINE_WIDTH)


def _draw_mouth(pen: Pen, build: Build, draw: float, half: float) -> None:
    x, y = build.across(0.0), build.chin - 0.3
    width = half * build.narrowing(0.0)
    if draw < 0.3:
        corners = [(x - width, y - 0.03), (x, y - 0.01), (x + width, y - 0.03), (x, y + 0.9 * half)]
        opened = closed_curve(corners)
        pen.fill(opened, Ink.MOUTH)
        pen.stroke(opened, Ink.MOUTH_LINE, 0.7 * LINE_WIDTH, closed=True)
        return
    curve = 0.2 * (draw - 0.5)
    line = open_curve([(x - width, y - curve), (x, y + 0.5 * curve), (x + width, y - curve)])
    pen.stroke(line, Ink.MOUTH_LINE, 0.8 * LINE_WIDTH)
    if draw > 0.9:
        pen.change([ellipse((x, y + 0.06), (0.5 * width, 0.03))], _FACE_TO_LIPS)


def _draw_eye(pen: Pen, build: Build, side: float, gaze: tuple[float, float]) -> None:
    x, y = build.across(side * build.eye_x), build.eye_y
    half_x, half_y = build.eye_half[0] * build.narrowing(side * build.eye_x), build.eye_half[1]
    white = [
        (x - 1.0 * half_x, y - 0.25 * half_y),
        (x - 0.4 * half_x, y - 0.95 * half_y),
        (x + 0.5 * half_x, y - 0.95 * half_y),
        (x + 1.0 * half_x, y - 0.2 * half_y),
        (x + 0.65 * half_x, y + 0.85 * half_y),
        (x - 0.55 * half_x, y + 0.9 * half_y),
    ]
    pen.fill(closed_curve(white), Ink.EYE_WHITE)
    iris_half = np.array([0.7 * half_x, 0.98 * half_y])
    iris, *parts = ellipses(*_iris_shapes((x + gaze[0], y + gaze[1]), iris_half))
    pen.change([iris], _EYE_TO_IRIS)
    for part, ink in zip(parts, _IRIS_INKS, strict=True):
        pen.fill(part, ink)
    lash = arc((x, y + 0.1 * half_y), (1.12 * half_x, 1.12 * half_y), np.pi * 1.04, np.pi * 1.96)
    pen.stroke(lash, Ink.LASH, 0.075)
    lower = arc((x, y), (0.85 * half_x, 0.95 * half_y), np.pi * 0.25, np.pi * 0.75)
    pen.stroke(lower, Ink.LASH, 0.5 * LINE_WIDTH)
    lid = arc((x, y - 0.2 * half_y), (0.95 * half_x, 1.1 * half_y), np.pi * 1.2, np.pi * 1.8)
    pen.stroke(lid, Ink.FACE_LINE, 0.5 * LINE_WIDTH)


def _iris_shapes(
    center: tuple[float, float], half: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centres and radii of the iris and of what is drawn in it with `_IRIS_INKS`."""
    offsets = np.array([(0, 0), (0, -0.22), (0, 0.5), (0, -0.05), (-0.4, -0.43), (0.4, 0.41)])
    scales = np.array([1.0, 0.72, 0.44, 0.4, 0.3, 0.16])
    return np.array(center) + offsets * half, scales[:, None] * half


def _draw_closed_eye(pen: Pen, build: Build, side: float) -> None:
    x, half_x = build.across(side * build.eye_x), build.eye_half[0] * build.narrowing(side * build.eye_x)
    lid = arc((x, build.eye_y), (1.1 * half_x, 0.4 * build.eye_half[1]), 0.05 * np.pi, 0.95 * np.pi)
    pen.stroke(lid, Ink.LASH, 0.06)


def _draw_glasses(pen: Pen, build: Build) -> None:
    bridge = []
    for side in (-1.0, 1.0):
        x = build.across(side * build.eye_x)
        rim = ellipse((x, build.eye_y + 0.04), (0.4 * build.narrowing(side * build.eye_x), 0.34))
        pen.stroke(rim, Ink.GLASSES, 0.045, closed=True)
        bridge.append((x - side * 0.38, build.eye_y))
    pen.stroke(bridge, Ink.GLASSES, 0.045)
