from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.lab.train.samples.examples import Example, drawn_example
from hairpipe.lab.train.samples.sources import halves_of, load_source, read_source, sampler, with_face
from tests.lab.train.drawn_folder import write_cutouts, write_masks


def test_a_weight_stands_behind_the_folder(tmp_path: Path) -> None:
    folder = write_masks(tmp_path / "a=b", [1, 2])
    assert (read_source(str(folder), "drawings").name, read_source(str(folder), "drawings").weight) == (
        str(folder),
        1.0,
    )
    weighted = read_source(f"{folder}=0.3", "drawings")
    assert (weighted.name, weighted.weight, len(weighted.pictures)) == (str(folder), 0.3, 2)


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf"])
def test_a_weight_is_above_0(tmp_path: Path, weight: str) -> None:
    with pytest.raises(ConfigError, match="above 0"):
        read_source(f"{write_masks(tmp_path / 'a', [1])}={weight}", "drawings")


def test_folders_of_a_folder_stay_whole(tmp_path: Path) -> None:
    write_cutouts(tmp_path / "sets" / "a", [1, 2])
    write_masks(tmp_path / "sets" / "b", [3])
    source = read_source(str(tmp_path / "sets"), "drawings")
    assert sorted(Counter(picture.group for picture in source.pictures).values()) == [1, 2]


def test_a_folder_stays_whole_where_that_is_said(tmp_path: Path) -> None:
    folder = str(write_masks(tmp_path / "a", [1, 2, 3]))
    assert len({picture.group for picture in read_source(folder, "drawings").pictures}) == 3
    assert len({picture.group for picture in read_source(folder, "folders").pictures}) == 1


def test_a_folder_without_a_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"holds no cutouts\.csv or masks\.csv"):
        read_source(str(tmp_path / "empty"), "drawings")
    with pytest.raises(ConfigError, match="is no folder"):
        read_source(str(tmp_path / "missing"), "drawings")


def test_halves_are_even_in_every_source_and_keep_a_drawing_together(tmp_path: Path) -> None:
    one, other = (
        read_source(str(write_masks(tmp_path / name, range(count))), "drawings")
        for name, count in (("a", 4), ("b", 6))
    )
    shared = replace(one, name="again")
    halves = halves_of([one, other, shared], 0)
    for source in (one, other):
        assert len(set(Counter(halves[picture.group] for picture in source.pictures).values())) == 1
    assert halves == halves_of([one, other, shared], 0)
    assert len(halves) == 10


def test_whole_folders_go_to_the_halves_in_turn(tmp_path: Path) -> None:
    sources = [read_source(str(write_masks(tmp_path / name, [1, 2])), "folders") for name in "abc"]
    assert [halves_of(sources, 0)[source.pictures[0].group] for source in sources] == [0, 1, 0]


def test_one_half_without_hair_is_too_little(tmp_path: Path) -> None:
    folder = write_masks(tmp_path / "a", [1, 2], {1: {"visible": "no", "note": "bald"}})
    with pytest.raises(ConfigError, match="at least two"):
        halves_of([read_source(str(folder), "drawings")], 0)


def test_a_face_that_is_found_stands_in_for_one_that_is_not_known() -> None:
    known = drawn_example(5)
    stood_in = with_face(replace(known, face=None))
    assert with_face(known) is known
    assert stood_in.face is not None
    assert abs(stood_in.face.x + stood_in.face.w / 2 - 96) < 40


def test_nothing_stands_in_for_a_face_where_there_is_nobody() -> None:
    blank = Example(
        np.full((40, 30, 4), 255, np.uint8), np.zeros((40, 30), np.uint8), None, "a", presence="nobody"
    )
    assert with_face(blank).face is None


def test_pictures_are_read_and_counted(tmp_path: Path) -> None:
    source = read_source(str(write_masks(tmp_path / "a", [1, 2])), "drawings")
    counts: list[int] = []
    assert len(load_source(source, counts.append)) == 2
    assert counts == [1, 2]


def test_samples_come_by_weight_and_in_a_source_by_group() -> None:
    def example(group: str, presence: str) -> Example:
        return replace(drawn_example(1), group=group, presence=presence)

    often = [example("a", "bald"), example("a", "bald"), example("b", "creature")]
    make = sampler([(3, often), (1, [example("c", "covered")]), (9, [])], [], [])
    rng = np.random.default_rng(0)
    counts = Counter(make(rng).presence for _ in range(200))
    assert counts[1] == pytest.approx(75, abs=25)
    assert counts[3] == pytest.approx(75, abs=25)
    assert counts[2] == pytest.approx(50, abs=25)
