from pathlib import Path

import cv2
import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Box
from hairpipe.train.examples import drawn_example, half_of_each_drawing, read_examples


def write_cutout(folder: Path, alpha: int = 255) -> None:
    picture = np.full((40, 30, 4), (10, 20, 30, alpha), np.uint8)
    hair = np.zeros((40, 30), np.uint8)
    hair[:20] = 200
    cv2.imwrite(str(folder / "a.png"), picture)
    cv2.imwrite(str(folder / "a.hair.png"), hair)
    table = "image,hair,drawing,x,y,w,h\na.png,a.hair.png,a,5,10,12,14\n"
    (folder / "cutouts.csv").write_text(table, encoding="utf-8")


def test_a_cutout_is_read_as_rgba_with_its_face(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    (example,) = read_examples(tmp_path)
    assert example.image[0, 0].tolist() == [30, 20, 10, 255]
    assert example.hair[0, 0] == 200
    assert example.face == Box(5, 10, 12, 14)
    assert not example.is_cutout


def test_hair_covers_no_more_than_the_picture_shows(tmp_path: Path) -> None:
    write_cutout(tmp_path, alpha=90)
    (example,) = read_examples(tmp_path)
    assert example.is_cutout
    assert example.hair.max() == 90


def test_pictures_with_masks_are_examples_too(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    (tmp_path / "cutouts.csv").unlink()
    table = "image,mask,drawing,x,y,w,h\na.png,a.hair.png,a,5,10,12,14\na.png,a.hair.png,b,,,,\n"
    (tmp_path / "masks.csv").write_text(table, encoding="utf-8")
    (example,) = read_examples(tmp_path)
    assert (example.drawing, example.face) == ("a", Box(5, 10, 12, 14))


@pytest.mark.parametrize("cell", ["x", ""])
def test_a_line_that_is_wrong_is_named(tmp_path: Path, cell: str) -> None:
    write_cutout(tmp_path)
    table = f"image,hair,drawing,x,y,w,h\na.png,a.hair.png,a,{cell},10,12,14\n"
    (tmp_path / "cutouts.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        read_examples(tmp_path)


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    cv2.imwrite(str(tmp_path / "a.hair.png"), np.zeros((4, 3), np.uint8))
    with pytest.raises(ConfigError, match=r"a\.hair\.png"):
        read_examples(tmp_path)


def test_halves_are_even_and_keep_a_drawing_together() -> None:
    examples = [drawn_example(seed) for seed in (1, 1, 2, 3, 4)]
    halves = half_of_each_drawing(examples, 0)
    assert sorted(halves.values()) == [0, 0, 1, 1]
    assert halves == half_of_each_drawing(examples, 0)
