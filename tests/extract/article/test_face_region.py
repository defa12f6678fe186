from __future__ import annotations

import numpy as np

from hairpipe.extract.article.face_region import face_clusters, face_region

LABELS = np.array([[-1, 0, 0, -1, 2], [1, 1, -1, -1, 2], [1, 1, -1, 3, 2]], np.int32)


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
