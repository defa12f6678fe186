from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.report.results import open_results
from hairpipe.store.schema import TableName
from tests.report.drawn_output import RUN_ID, DrawnRow, drawn, drawn_picture, write_output


def test_a_portraits_row_tones_and_masks(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow("a", "Asuka", "red"), DrawnRow("b", status="no_face")])
    results = open_results(output.url)

    row = results.portrait(drawn("a"))
    assert row is not None
    assert (row["name"], row["hair_color"]) == ("Asuka", "red")
    assert results.portrait(drawn("nobody")) is None
    assert [tone.share for tone in results.tones(["a", "b"])[drawn("a")]] == [0.75, 0.25]
    assert np.array_equal(results.regions(drawn("a")).hair, drawn_picture("red", 0)[1])
    assert results.regions(drawn("b")).hair is None
    assert results.store.last_run_id == RUN_ID


def test_the_version_before_is_read_as_it_was(tmp_path: Path) -> None:
    write_output(tmp_path, [DrawnRow("a", color="red")])
    first = open_results(str(tmp_path / "out"))
    write_output(tmp_path, [DrawnRow("a", color="blue")])
    second = open_results(str(tmp_path / "out"))

    before = second.previous()
    assert before is not None
    assert before.store.read(TableName.PORTRAITS, ["hair_color"]).to_pylist() == [{"hair_color": "red"}]
    assert first.store.read(TableName.PORTRAITS, ["hair_color"]).to_pylist() == [{"hair_color": "red"}]
    assert first.previous() is None


@pytest.mark.parametrize("record", [b"{", b"[]"])
def test_a_damaged_run_record_is_told(tmp_path: Path, record: bytes) -> None:
    folder = write_output(tmp_path, [DrawnRow("a")])
    folder.write(f"runs/{RUN_ID}/run.json", record)
    with pytest.raises(ConfigError, match=r"run\.json"):
        open_results(folder.url).run_record(RUN_ID)
