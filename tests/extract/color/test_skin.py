from __future__ import annotations

import numpy as np

from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.color.skin import face_clusters, face_region, skin_color

LABELS = np.array([[-1, 0, 0, -1, 2], [1, 1, -1, -1, 2], [1, 1, -1, 3, 2]], np.int32)


def test_the_skins_color_is_the_middles_most_frequent():
    image = np.zeros((20, 20, 3), np.uint8)
    image[8:12, 8:12] = (250, 220, 200)
    palette = reduce_colors(image, 4)
    assert palette.colors[skin_color(palette, np.s_[8:13, 8:12])].tolist() == [250, 220, 200]
    assert palette.colors[skin_color(palette, np.s_[0:9, 0:9])].tolist() == [0, 0, 0]


def test_clusters_that_meet_the_middle_are_kept_whole():
    kept = face_clusters(LABELS, np.s_[0:2, 1:3])
    assert kept.tolist() == [0, 1]
    np.testing.assert_array_equal(face_region(LABELS, kept), np.isin(LABELS, [0, 1]))


def test_noise_is_no_cluster():
    kept = face_clusters(LABELS, np.s_[1:2, 2:4])
    assert kept.size == 0
    assert not face_region(LABELS, kept).any()


def test_without_a_cluster_there_is_no_region():
    noise = np.full((3, 3), -1, np.int32)
    assert not face_region(noise, face_clusters(noise, np.s_[0:3, 0:3])).any()
