from __future__ import annotations

import numpy as np

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.skin import skin_color


def test_the_skins_color_is_the_middles_most_frequent():
    image = np.zeros((20, 20, 3), np.uint8)
    image[8:12, 8:12] = (250, 220, 200)
    palette = reduce_colors(image, 4)
    assert palette.colors[skin_color(palette, np.s_[8:13, 8:12])].tolist() == [250, 220, 200]
    assert palette.colors[skin_color(palette, np.s_[0:9, 0:9])].tolist() == [0, 0, 0]
