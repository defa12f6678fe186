from __future__ import annotations

import numpy as np
import pytest

from hairpipe.lab.synthetic.drawing.backdrop import draw_backdrop
from hairpipe.lab.synthetic.drawing.style import Backdrop
from tests.lab.synthetic.shapes import rng, style_with


@pytest.mark.parametrize("kind", Backdrop)
def test_a_backdrop_fills_the_picture(kind: Backdrop) -> None:
    for seed in range(12):
        picture = draw_backdrop(50, 40, style_with(backdrop=kind), rng(seed))
        assert picture.shape == (50, 40, 3) and picture.dtype == np.uint8


def test_white_is_white_and_flat_is_one_color() -> None:
    assert (draw_backdrop(50, 40, style_with(backdrop=Backdrop.WHITE), rng()) == 255).all()
    flat = draw_backdrop(50, 40, style_with(backdrop=Backdrop.FLAT), rng())
    assert (flat == flat[0, 0]).all()


def test_busy_backdrops_have_many_edges() -> None:
    edges = [
        np.abs(
            np.diff(draw_backdrop(80, 60, style_with(backdrop=kind), rng(seed)).astype(int), axis=1)
        ).mean()
        for kind in (Backdrop.BUSY, Backdrop.GRADIENT)
        for seed in range(10)
    ]
    assert np.mean(edges[:10]) > np.mean(edges[10:])


def test_hair_like_backdrops_have_the_color_of_the_hair() -> None:
    rgb = (30, 160, 60)
    shares = []
    for seed in range(10):
        style = style_with(backdrop=Backdrop.HAIR_LIKE, hair_rgbs=(rgb,))
        near = np.abs(draw_backdrop(80, 60, style, rng(seed)).astype(int) - rgb).max(axis=-1) < 60
        shares.append(near.mean())
    assert np.mean(shares) > 0.2
