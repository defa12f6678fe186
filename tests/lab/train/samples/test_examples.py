from pathlib import Path

import cv2
import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Box
from hairpipe.lab.train.samples.examples import load_example, presence_of, read_table

MOST = 10**6


def write_cutout(folder: Path, alpha: int = 255) -> None:
    picture = np.full((40, 30, 4), (10, 20, 30, alpha), np.uint8)
    hair = np.zeros((40, 30), np.uint8)
    hair[:20] = 200
    cv2.imwrite(str(folder / "a.png"), picture)
    cv2.imwrite(str(folder / "a.hair.png"), hair)
    table = "image,hair,drawing,x,y,w,h\na.png,a.hair.png,a,5,10,12,14\na.png,a.hair.png,b,,,,\n"
    (folder / "cutouts.csv").write_text(table, encoding="utf-8")


def test_a_cutout_is_read_as_rgba_with_its_face_where_that_is_known(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    picture, faceless = read_table(tmp_path)
    assert (picture.group, faceless.group) == ("a", "b")
    assert faceless.face is None
    example = load_example(picture, MOST)
    assert example.image[0, 0].tolist() == [30, 20, 10, 255]
    assert example.hair[0, 0] == 200
    assert example.face == Box(5, 10, 12, 14)
    assert not example.is_cutout


def test_hair_covers_no_more_than_the_picture_shows(tmp_path: Path) -> None:
    write_cutout(tmp_path, alpha=90)
    example = load_example(read_table(tmp_path)[0], MOST)
    assert example.is_cutout
    assert example.hair.max() == 90


def test_a_large_picture_is_shrunk_with_its_face(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    example = load_example(read_table(tmp_path)[0], 300)
    assert example.image.shape == (20, 15, 4)
    assert example.face == Box(2.5, 5, 6, 7)


def test_what_people_said_of_a_picture_is_read(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    (tmp_path / "cutouts.csv").unlink()
    (tmp_path / "masks.csv").write_text(
        "image,mask,drawing,x,y,w,h,visible,hair,also_acceptable,length,note\n"
        "a.png,a.hair.png,a,5,10,12,14,partly,red,pink/brown,cut,\n"
        "a.png,a.hair.png,b,,,,,no,,,none,suit of armour with a helmet\n"
        "a.png,a.hair.png,,,,,,,,,long,\n"
        "a.png,a.hair.png,c,,,,,,,,,\n",
        encoding="utf-8",
    )
    cut, covered, long, untold = read_table(tmp_path)
    assert (cut.group, cut.face, cut.presence) == ("a", Box(5, 10, 12, 14), "hair")
    assert (cut.names, cut.length) == (("red", "pink", "brown"), "unknown")
    assert (covered.presence, covered.visible, covered.names) == ("covered", False, ())
    assert (long.group, long.length) == ("a.png", "long")
    assert untold.length is None


@pytest.mark.parametrize(
    ("visible", "words", "presence"),
    [
        ("yes", "bald", "hair"),
        ("partly", "hat", "hair"),
        ("", "", "hair"),
        ("no", "Bald with three hairs", "bald"),
        ("no", "black skullcap", "covered"),
        ("no", "peaked_cap portrait", "covered"),
        ("no", "wide_hat", "covered"),
        ("no", "covered by a scarf", "covered"),
        ("no", "toad creature with a hat", "creature"),
        ("no", "what that shows is a logo", "nobody"),
        ("no", "", "nobody"),
    ],
)
def test_the_reason_for_no_hair_is_read_from_words(visible: str, words: str, presence: str) -> None:
    assert presence_of(visible, words) == presence


def test_a_whole_folder_is_one_group(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    assert len({picture.group for picture in read_table(tmp_path, whole=True)}) == 1


@pytest.mark.parametrize("cell", ["x", ""])
def test_a_line_that_is_wrong_is_named(tmp_path: Path, cell: str) -> None:
    write_cutout(tmp_path)
    table = f"image,hair,drawing,x,y,w,h\na.png,a.hair.png,a,{cell},10,12,14\n"
    (tmp_path / "cutouts.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        read_table(tmp_path)


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    cv2.imwrite(str(tmp_path / "a.hair.png"), np.zeros((4, 3), np.uint8))
    with pytest.raises(ConfigError, match=r"a\.hair\.png is 3x4"):
        load_example(read_table(tmp_path)[0], MOST)


def test_a_face_outside_of_the_picture_is_named(tmp_path: Path) -> None:
    write_cutout(tmp_path)
    table = "image,hair,drawing,x,y,w,h\na.png,a.hair.png,a,100,10,12,14\n"
    (tmp_path / "cutouts.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match="outside the picture"):
        load_example(read_table(tmp_path)[0], MOST)
