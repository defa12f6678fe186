"""The same id in two sources: what is said of one portrait is not said of the other."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import open_results
from hairpipe.review.examples import gather_examples
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LABELS, Label, LabelStore, SampleReason, read_labels, standing
from hairpipe.store.sources import PortraitKey
from tests.commands.scrapes import hairpipe
from tests.report.drawn_output import RUN_ID, DrawnRow, write_output
from tests.review.serving import ask, port_of, served

BOTH = [PortraitKey("a", "first"), PortraitKey("a", "second")]


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    return write_output(
        tmp_path, [DrawnRow("a", color="red", source="first"), DrawnRow("a", color="blue", source="second")]
    )


def label(key: PortraitKey, output: Folder, judged: Judgement = Judgement.GOOD) -> Label:
    row = open_results(output.url).portrait(key)
    assert row is not None
    moment = datetime.now(UTC)
    return Label(*key, judged, None, row["image_digest"], None, "article", SampleReason.RANDOM, moment, "ann")


def test_one_of_two_is_shown_and_judged(output: Folder) -> None:
    with served(output) as address:
        port = port_of(address)
        first, second = json.loads(ask(port, "GET", "/api/portraits?sorting=id")[1])["items"]
        assert [(item["source"], item["color"]) for item in (first, second)] == [
            ("first", "red"),
            ("second", "blue"),
        ]
        pictures = [
            ask(port, "GET", f"/picture?id=a&source={source}&version={RUN_ID}")[1]
            for source in ("first", "second")
        ]
        assert pictures[0] != pictures[1]
        sent: dict[str, Any] = {name: second[name] for name in ("portrait_id", "source", "version", "picked")}
        assert ask(port, "POST", "/api/labels", {**sent, "label": "ugly", "names": []})[0].status == 200
        items = json.loads(ask(port, "GET", "/api/portraits?sorting=id")[1])["items"]
        assert [item["judged"] is None for item in items] == [True, False]
    assert [given.key for given in read_labels(output)] == [BOTH[1]]


def test_judgements_from_before_sources_are_of_the_picture_that_was_judged(output: Folder) -> None:
    given = [label(key, output) for key in reversed(BOTH)]
    older = pa.schema([field for field in LABELS if field.name != "source"])
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pylist([asdict(each) for each in given], older), buffer)
    output.write("labels/older.parquet", buffer.getvalue())
    assert [each.key for each in read_labels(output)] == [each.key for each in given]


def test_judgements_follow_a_source_to_its_new_name(output: Folder) -> None:
    book = LabelStore(output, "ann")
    book.add(label(BOTH[0], output))
    assert hairpipe("sources", output.url, "--rename", "first", "site-a").code == 0
    # A page that was open all the time has not heard of it.
    book.add(label(BOTH[1], output, Judgement.UGLY))
    assert {key: each.label for key, each in standing(read_labels(output)).items()} == {
        PortraitKey("a", "site-a"): "good",
        PortraitKey("a", "second"): "ugly",
    }


def test_a_quality_model_learns_from_the_portrait_that_was_judged(output: Folder) -> None:
    LabelStore(output, "ann").add(label(BOTH[0], output))
    gathered = gather_examples(open_results(output.url))
    assert (len(gathered.unlabelled), gathered.outdated) == (1, 1)
