from __future__ import annotations

from pathlib import Path

import pytest

from hairpipe.report.counts.database import report_database
from hairpipe.report.results import open_results
from hairpipe.report.sheets import Sheet, contact_sheets
from tests.report.drawn_output import RUN_ID, DrawnRow, write_output


def sheets_of(root: Path, rows: list[DrawnRow]) -> dict[str, Sheet]:
    results = open_results(write_output(root, rows).url)
    with report_database(results) as database:
        return {sheet.title: sheet for sheet in contact_sheets(results, database)}


def test_best_and_worst_are_chosen_by_quality(tmp_path: Path) -> None:
    sheets = sheets_of(tmp_path, [DrawnRow(f"p{n:02d}", quality=n / 40) for n in range(40)])

    best = [tile.shown_id for tile in sheets["Best by quality"].tiles]
    worst = [tile.shown_id for tile in sheets["Worst by quality"].tiles]
    assert (best[0], worst[0]) == ("p39", "p00")
    assert len(best) == len(worst) == 24
    assert sheets["Random"].total == 40


def test_each_kind_of_failure_has_a_sheet_and_unrated_portraits_no_best(tmp_path: Path) -> None:
    rows = [
        DrawnRow("a", quality=None),
        DrawnRow("b", status="no_face", error="no face was found", quality=None),
        DrawnRow("c", status="missing", error="no such file", quality=None),
    ]
    sheets = sheets_of(tmp_path, rows)

    assert list(sheets) == ["Random", "Status missing", "Status no_face"]
    [tile] = sheets["Status missing"].tiles
    assert (tile.picture, tile.caption) == (None, "no such file")


def test_a_tile_shows_the_portrait_beside_its_hair(tmp_path: Path) -> None:
    sheets = sheets_of(tmp_path, [DrawnRow("a", "Asuka", "red"), DrawnRow("b", status="no_hair")])
    [found], [failed] = sheets["Random"].tiles, sheets["Status no_hair"].tiles

    assert found.width == 2 * failed.width + 2
    assert found.picture is not None
    assert found.picture.startswith("data:image/jpeg;base64,")
    assert [tone.name for tone in found.tones] == ["red", "black"]
    assert found.caption == "red, 0.50"


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"config": {}}'])
def test_without_a_readable_run_record_there_are_no_pictures(tmp_path: Path, damage: bytes) -> None:
    folder = write_output(tmp_path, [DrawnRow("a")])
    folder.write(f"runs/{RUN_ID}/run.json", damage)
    results = open_results(folder.url)

    with report_database(results) as database:
        [sheet, *_] = contact_sheets(results, database)
    assert sheet.tiles[0].picture is None
