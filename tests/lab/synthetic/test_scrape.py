from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, UnidentifiedImageError

from hairpipe.lab.synthetic import Fault, ScrapePlan, ScrapeTruth, write_table_scrape
from hairpipe.source.profile import RejectReason
from tests.lab.synthetic.article_scrape import write_article_scrape

PLAN = ScrapePlan(profiles=80, seed=5, broken=0.4, height=72, width=48, face_boxes=True)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ScrapeTruth]:
    folder = tmp_path_factory.mktemp("table")
    return folder, write_table_scrape(folder, PLAN)


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ScrapeTruth]:
    folder = tmp_path_factory.mktemp("article")
    return folder, write_article_scrape(folder, PLAN)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder: Path) -> list[dict[str, object] | None]:
    parsed: list[dict[str, object] | None] = []
    for line in (folder / "profiles.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            parsed.append(json.loads(line))
        except json.JSONDecodeError:
            parsed.append(None)
    return parsed


def test_every_line_is_a_profile_or_a_counted_reject(table: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = table
    lines = rows(folder)
    ids = [str(row["id"]) for row in lines if row is not None]
    assert list(dict.fromkeys(ids)) == list(truth.profiles)
    assert len(truth.profiles) == PLAN.profiles
    assert lines.count(None) == truth.rejects[RejectReason.BAD_LINE] > 0
    assert len(ids) - len(set(ids)) == truth.rejects[RejectReason.DUPLICATE_ID] > 0


def test_the_table_names_the_pictures_of_the_truth(table: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = table
    first = {str(row["id"]): row for row in reversed(rows(folder)) if row is not None}
    assert {key: row["image"] for key, row in first.items()} == {
        key: profile.image for key, profile in truth.profiles.items()
    }


def test_sound_portraits_can_be_read_and_have_their_box(table: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = table
    first = {str(row["id"]): row for row in reversed(rows(folder)) if row is not None}
    for key, profile in truth.profiles.items():
        if profile.fault is None:
            with Image.open(folder / str(profile.image)) as picture:
                assert picture.convert("RGB").size == (PLAN.width, PLAN.height)
            assert profile.colors
            assert profile.face_box == tuple(first[key][f"face_{side}"] for side in "xywh")


def test_all_faults_occur_and_are_as_described(table: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = table
    assert set(truth.faults.values()) == set(Fault)
    assert len(truth.faults) == round(PLAN.broken * PLAN.profiles)
    for key, fault in truth.faults.items():
        image = truth.profiles[key].image
        assert (image is not None and (folder / image).is_file()) == truth.profiles[key].has_file or (
            fault is Fault.PATH_OUTSIDE
        )
    assert all(data == b"" for data in _bytes_of(folder, truth, Fault.EMPTY_FILE))
    assert all(data.startswith(b"<!DOCTYPE html>") for data in _bytes_of(folder, truth, Fault.ERROR_PAGE))
    placeholders = _bytes_of(folder, truth, Fault.PLACEHOLDER)
    assert len(placeholders) > 1 and len(set(placeholders)) == 1


def test_cut_pictures_break_off(table: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = table
    for key, fault in truth.faults.items():
        if fault is Fault.CUT_PICTURE:
            with (
                pytest.raises((OSError, SyntaxError, UnidentifiedImageError)),
                Image.open(folder / str(truth.profiles[key].image)) as picture,
            ):
                picture.load()


def test_several_picture_formats_occur(table: tuple[Path, ScrapeTruth]) -> None:
    folder, _ = table
    endings = Counter(path.suffix for path in (folder / "images").iterdir())
    assert {".jpg", ".png", ".webp", ".gif"} <= set(endings)


@pytest.mark.parametrize("write", [write_table_scrape, write_article_scrape])
def test_the_same_plan_writes_the_same_bytes(tmp_path: Path, write: type) -> None:
    plan = ScrapePlan(profiles=20, seed=3, broken=0.3, height=48, width=32)
    truths = [write(tmp_path / name, plan) for name in ("a", "b")]
    write(tmp_path / "c", ScrapePlan(profiles=20, seed=4, broken=0.3, height=48, width=32))
    assert truths[0] == truths[1]
    assert contents(tmp_path / "a") == contents(tmp_path / "b") != contents(tmp_path / "c")


def test_without_boxes_the_table_has_no_such_columns(tmp_path: Path) -> None:
    truth = write_table_scrape(tmp_path, ScrapePlan(profiles=6, broken=0, height=32, width=32))
    assert not truth.faults and not truth.rejects
    assert all(row is not None and "face_x" not in row for row in rows(tmp_path))


def test_no_profiles_write_an_empty_scrape(tmp_path: Path) -> None:
    truth = write_table_scrape(tmp_path, ScrapePlan(profiles=0))
    assert not truth.profiles and rows(tmp_path) == []


def test_the_article_layout_has_a_box_for_every_picture(article: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = article
    assert {path.stem for path in (folder / "pngs").iterdir()} == set(truth.profiles)
    for stem, profile in truth.profiles.items():
        box = json.loads((folder / "jsons" / f"{stem}.json").read_text(encoding="utf-8"))
        assert set(box) == {"h", "w", "x", "y"}
        if profile.fault is None:
            assert profile.face_box == tuple(box[side] for side in "xywh")
        if profile.fault is Fault.IMPOSSIBLE_BOX:
            assert box["x"] >= PLAN.width or box["w"] == 0


def test_the_article_layout_has_faults_of_files_and_boxes(article: tuple[Path, ScrapeTruth]) -> None:
    folder, truth = article
    assert len(truth.faults) == round(PLAN.broken * PLAN.profiles)
    assert {Fault.EMPTY_FILE, Fault.ERROR_PAGE, Fault.CUT_PICTURE} < set(truth.faults.values())
    assert all(data == b"" for data in _bytes_of(folder, truth, Fault.EMPTY_FILE))


def _bytes_of(folder: Path, truth: ScrapeTruth, fault: Fault) -> list[bytes]:
    images = [str(profile.image) for profile in truth.profiles.values() if profile.fault is fault]
    assert images
    return [(folder / image).read_bytes() for image in images]
