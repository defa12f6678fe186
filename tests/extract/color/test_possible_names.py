from __future__ import annotations

import numpy as np
import pytest

from hairpipe.extract.color.lab import rgb_to_lab
from hairpipe.extract.color.possible_names import possible_names
from hairpipe.hair_color_names import COLOR_NAMES


def names_of(hexadecimal: str) -> set[str]:
    rgb = np.array([list(bytes.fromhex(hexadecimal))], np.uint8)
    return {
        name
        for name, possible in zip(COLOR_NAMES, possible_names(rgb_to_lab(rgb))[0], strict=True)
        if possible
    }


def color_solid() -> np.ndarray:
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)


def test_every_tone_of_the_color_solid_has_a_name() -> None:
    assert possible_names(rgb_to_lab(color_solid())).any(axis=1).all()


def test_dark_tones_are_never_called_what_is_light() -> None:
    lab = rgb_to_lab(color_solid())
    dark = possible_names(lab[lab[:, 0] < 25])
    light = [COLOR_NAMES.index(name) for name in ("blonde", "white", "pink", "aqua", "orange")]
    assert not dark[:, light].any()


@pytest.mark.parametrize(
    ("tone", "name"),
    [
        ("222222", "black"),
        ("9a9aa0", "gray"),
        ("f2f2f2", "white"),
        ("7a4a2a", "brown"),
        ("f0d070", "blonde"),
        ("f08030", "orange"),
        ("d02020", "red"),
        ("f0a0c0", "pink"),
        ("8050b0", "purple"),
        ("4078e0", "blue"),
        ("40c8d8", "aqua"),
        ("40a040", "green"),
        ("1a1a2e", "black"),
        ("1a1a2e", "blue"),
        ("c8d4f0", "white"),
        ("a08c50", "blonde"),
    ],
)
def test_typical_tones_can_bear_their_name(tone: str, name: str) -> None:
    assert name in names_of(tone)


@pytest.mark.parametrize(
    ("tone", "name"),
    [("101014", "white"), ("202018", "blonde"), ("f4f4f4", "black"), ("30a040", "red"), ("4060d0", "orange")],
)
def test_impossible_names_are_ruled_out(tone: str, name: str) -> None:
    assert name not in names_of(tone)
