from __future__ import annotations

from pathlib import Path

import pytest

from hairpipe.lab.synthetic import Fault, ScrapePlan
from hairpipe.lab.synthetic.entry import IMAGES, write_table_entry
from tests.lab.synthetic.article_scrape import write_article_entry

PLAN = ScrapePlan(height=48, width=32, face_boxes=True)


@pytest.mark.parametrize("fault", [None, *Fault])
def test_a_table_entry_writes_at_most_its_own_picture(tmp_path: Path, fault: Fault | None) -> None:
    (tmp_path / IMAGES).mkdir()
    row, truth = write_table_entry(tmp_path, 1234, PLAN, (0, 1), fault)
    written = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / IMAGES).iterdir()]
    assert row["id"] == 1234 and row["image"] == truth.image and truth.fault is fault
    assert written == ([truth.image] if truth.has_file else [])
    assert bool(truth.colors) == (truth.face_box is not None) == (fault is None)


def test_a_fault_leaves_name_and_attributes_as_they_are(tmp_path: Path) -> None:
    (tmp_path / IMAGES).mkdir()
    sound, _ = write_table_entry(tmp_path, 1, PLAN, (0, 1), None)
    broken, _ = write_table_entry(tmp_path, 1, PLAN, (0, 1), Fault.NO_PICTURE)
    same = {"name", "gender", "birthday", "birth_year", "favorites", "series"}
    assert {key: sound[key] for key in same} == {key: broken[key] for key in same}


@pytest.mark.parametrize("fault", [None, Fault.EMPTY_FILE, Fault.IMPOSSIBLE_BOX])
def test_an_article_entry_writes_a_picture_and_a_box(tmp_path: Path, fault: Fault | None) -> None:
    for name in ("pngs", "jsons"):
        (tmp_path / name).mkdir()
    stem, truth = write_article_entry(tmp_path, 7, PLAN, fault)
    assert (tmp_path / "pngs" / f"{stem}.png").exists() and (tmp_path / "jsons" / f"{stem}.json").exists()
    assert truth.image == f"pngs/{stem}.png" and truth.fault is fault
