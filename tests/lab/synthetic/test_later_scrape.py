from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hairpipe.lab.synthetic import Fault, ScrapePlan, ScrapeTruth, write_table_scrape
from tests.lab.synthetic.later_scrape import LaterScrape, ScrapeChange, write_later_scrape

PLAN = ScrapePlan(profiles=60, seed=2, broken=0.3, height=48, width=32, face_boxes=True)
CHANGE = ScrapeChange(added=0.2, changed=0.1, edited=0.1, removed=0.1, repaired=0.5)


@pytest.fixture
def earlier(tmp_path: Path) -> tuple[Path, ScrapeTruth]:
    return tmp_path / "earlier", write_table_scrape(tmp_path / "earlier", PLAN)


def profiles(folder: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for line in (folder / "profiles.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        found.setdefault(str(row["id"]), row)
    return found


def picture(folder: Path, row: dict[str, object]) -> bytes | None:
    image = row["image"]
    if not isinstance(image, str) or ".." in image or not (folder / image).is_file():
        return None
    return (folder / image).read_bytes()


def check_the_differences(before: Path, after: Path, later: LaterScrape) -> None:
    old, new = profiles(before), profiles(after)
    both = [key for key in old if key in new]
    assert list(new) == list(later.truth.profiles)
    assert later.added == new.keys() - old.keys()
    assert later.removed == old.keys() - new.keys()
    other_picture = {key for key in both if picture(before, old[key]) != picture(after, new[key])}
    assert later.changed | later.repaired == other_picture
    assert later.edited == {key for key in both if old[key] != new[key]} - other_picture
    assert later.repaired == {key for key in other_picture if picture(before, old[key]) is None}


def test_what_changed_is_what_is_said(earlier: tuple[Path, ScrapeTruth], tmp_path: Path) -> None:
    folder, truth = earlier
    later = write_later_scrape(folder, tmp_path / "later", truth, CHANGE)
    check_the_differences(folder, tmp_path / "later", later)
    assert [len(later.added), len(later.changed), len(later.edited), len(later.removed)] == [12, 6, 6, 6]
    assert later.repaired
    assert all(truth.profiles[key].fault is Fault.NEVER_FETCHED for key in later.repaired)
    assert all(later.truth.profiles[key].fault is None for key in later.repaired | later.added)


def test_in_place_gives_the_same_scrape(earlier: tuple[Path, ScrapeTruth], tmp_path: Path) -> None:
    folder, truth = earlier
    untouched = tmp_path / "untouched"
    shutil.copytree(folder, untouched)
    aside = write_later_scrape(folder, tmp_path / "later", truth, CHANGE)
    in_place = write_later_scrape(folder, folder, truth, CHANGE)
    assert aside == in_place
    check_the_differences(untouched, folder, in_place)
    names = [{path.name for path in (root / "images").iterdir()} for root in (folder, tmp_path / "later")]
    assert names[0] == names[1]


def test_unchanged_pictures_keep_their_time(earlier: tuple[Path, ScrapeTruth], tmp_path: Path) -> None:
    folder, truth = earlier
    later = write_later_scrape(folder, tmp_path / "later", truth, CHANGE)
    for key, profile in later.truth.profiles.items():
        if profile.has_file and key not in later.added | later.changed | later.repaired:
            image = str(profile.image)
            assert (folder / image).stat().st_mtime_ns == (tmp_path / "later" / image).stat().st_mtime_ns


def test_scrapes_follow_each_other(earlier: tuple[Path, ScrapeTruth], tmp_path: Path) -> None:
    folder, truth = earlier
    for month in range(3):
        following = tmp_path / f"month{month}"
        later = write_later_scrape(folder, following, truth, CHANGE)
        check_the_differences(folder, following, later)
        assert later.added
        folder, truth = following, later.truth


def test_nothing_to_change_changes_nothing(earlier: tuple[Path, ScrapeTruth], tmp_path: Path) -> None:
    folder, truth = earlier
    still = ScrapeChange(added=0, changed=0, edited=0, removed=0, repaired=0)
    later = write_later_scrape(folder, tmp_path / "later", truth, still)
    check_the_differences(folder, tmp_path / "later", later)
    assert later.truth == truth


@pytest.mark.parametrize(
    "shares", [{"added": -0.1}, {"changed": 0.6, "removed": 0.6}, {"repaired": 1.5}, {"edited": -1.0}]
)
def test_impossible_changes_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="can't be written"):
        ScrapeChange(**shares)
