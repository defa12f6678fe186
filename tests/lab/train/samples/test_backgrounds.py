import numpy as np

from hairpipe.lab.train.samples.backgrounds import background


def test_backgrounds_have_the_size_asked_for_and_differ() -> None:
    rng = np.random.default_rng(0)
    hair_lab = np.array([40, 10, 20], np.float32)
    pictures = [rng.integers(0, 256, (50, 40, 3)).astype(np.uint8), np.zeros((3, 2, 3), np.uint8)]
    made = [background(64, 48, hair_lab, pictures, rng) for _ in range(60)]
    assert {picture.shape for picture in made} == {(64, 48, 3)}
    assert {picture.dtype for picture in made} == {np.dtype(np.uint8)}
    assert len({picture.tobytes() for picture in made}) > 30
