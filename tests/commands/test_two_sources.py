"""Two sources in one output: a portrait is known by its source and its id."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from hairpipe.storage.folder import Folder
from tests.commands.scrapes import Scrape, file_times, hairpipe, table
from tests.store.portraits import batch_row, make_older, publish_rows


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def first(tmp_path: Path, output: Path, scheduler: str) -> Scrape:
    """A source of three portraits that has been published."""
    scrape = Scrape(tmp_path / "first", output, scheduler, name="first", carry=["gender"])
    scrape.write([{"id": each, "gender": "female"} for each in ("1", "2", "3")])
    assert hairpipe("run", scrape.config).code == 0
    return scrape


@pytest.fixture
def second(tmp_path: Path, output: Path, scheduler: str, first: Scrape) -> Scrape:
    """Another source, with ids of its own and two of the first one's, published after it."""
    scrape = Scrape(tmp_path / "second", output, scheduler, name="second", carry={"age": "int"})
    scrape.write([{"id": each, "age": 17} for each in ("2", "3", "4")])
    assert hairpipe("run", scrape.config).code == 0
    return scrape


def rows(output: Path, name: str = "portraits") -> pd.DataFrame:
    return table(output, name).set_index(["source", "portrait_id"]).sort_index()


def test_each_source_keeps_its_rows_and_its_columns(output: Path, first: Scrape, second: Scrape) -> None:
    found = rows(output)
    assert list(found.index) == [("first", each) for each in "123"] + [("second", each) for each in "234"]
    assert (found["name"] == [f"{source} {each}" for source, each in found.index]).all()
    assert found["gender"].dropna().index.unique("source").tolist() == ["first"]
    assert found["age"].dropna().index.unique("source").tolist() == ["second"]
    for other in ("hair_colors", "masks"):
        assert set(rows(output, other).index) == set(found.index)
    for scrape in (first, second):
        told = hairpipe("plan", scrape.config, "--json")
        assert '"unchanged": 3' in told.output
    assert hairpipe("verify", output).code == 0


def test_what_goes_from_one_source_stays_in_the_other(output: Path, first: Scrape, second: Scrape) -> None:
    before = rows(output)
    second.write([{"id": "4", "age": 17}, {"id": "2", "age": 18, "name": "renamed"}])
    assert hairpipe("run", second.config, "--set", "run.removed=drop").code == 0
    after = rows(output)
    assert list(after.index) == [("first", each) for each in "123"] + [("second", each) for each in "24"]
    pd.testing.assert_frame_equal(after.loc["first"], before.loc["first"])
    assert after.loc[("second", "2"), ["name", "age"]].tolist() == ["renamed", 18]
    assert hairpipe("verify", output).code == 0


def test_a_removed_portrait_was_last_seen_by_a_run_of_its_source(
    output: Path, first: Scrape, second: Scrape
) -> None:
    seen = rows(output).loc[("first", "1"), "run_id"]
    first.write([{"id": each, "gender": "female"} for each in ("1", "2")])
    assert hairpipe("run", first.config).code == 0
    found = rows(output)
    assert found.loc[("first", "3"), "last_seen_run_id"] == seen
    assert found["last_seen_run_id"].notna().sum() == 1


def test_an_id_of_several_sources_is_explained_with_its_source(
    output: Path, first: Scrape, second: Scrape, tmp_path: Path
) -> None:
    told = hairpipe("explain", output, "2")
    assert told.code == 2
    assert "of each of these sources: first, second; say which one is meant with --source NAME" in told.error
    told = hairpipe("explain", output, "2", "--source", "third")
    assert "those that have one: first, second" in told.error
    figures = tmp_path / "figures"
    for source in ("first", "second"):
        assert hairpipe("explain", output, "2", "--source", source, "--output", figures).code == 0
    assert hairpipe("explain", output, "4", "--output", figures).code == 0
    stems = {path.name.split("-")[0] for path in figures.iterdir()}
    assert stems == {"2_first", "2_second", "4"}


def test_a_source_gets_another_name_with_all_its_rows(output: Path, first: Scrape, second: Scrape) -> None:
    before = rows(output).rename(index={"first": "site-a"}).sort_index()
    assert hairpipe("sources", output).output == "first\t3\t0\nsecond\t3\t0\n"
    told = hairpipe("sources", output, "--rename", "first", "site-a")
    assert (told.code, told.output) == (0, "first is site-a in version 3\n")
    pd.testing.assert_frame_equal(rows(output), before)
    assert hairpipe("verify", output).code == 0
    first.configure(name="site-a", carry=["gender"])
    assert '"unchanged": 3' in hairpipe("plan", first.config, "--json").output
    assert hairpipe("rollback", output, "2").code == 0
    assert hairpipe("sources", output).output == "first\t3\t0\nsecond\t3\t0\n"


def test_a_name_that_can_not_be_given_is_told(output: Path, first: Scrape, second: Scrape) -> None:
    def refusal(*names: str) -> str:
        told = hairpipe("sources", output, "--rename", *names)
        assert told.code == 2
        return told.error

    assert "has portrait '2' and 1 more of source 'first' and of source 'second'" in refusal(
        "first", "second"
    )
    assert "its sources: first, second" in refusal("third", "fourth")
    assert "has that name already" in refusal("first", "first")
    assert "is no name of a source" in refusal("first", "a\0b")


def test_an_output_of_an_earlier_version_takes_a_second_source(
    output: Path, first: Scrape, tmp_path: Path, scheduler: str
) -> None:
    make_older(Folder(str(output)))
    assert "source" not in table(output)
    assert hairpipe("verify", output).code == 0
    assert '"unchanged": 3' in hairpipe("plan", first.config, "--json").output
    second = Scrape(tmp_path / "second", output, scheduler, name="second")
    second.write([{"id": "2"}])
    assert hairpipe("run", second.config).code == 0
    assert list(rows(output).index) == [("first", "1"), ("first", "2"), ("first", "3"), ("second", "2")]
    assert hairpipe("verify", output).code == 0


def test_quarantined_portraits_are_tried_again_source_by_source(
    output: Path, first: Scrape, second: Scrape
) -> None:
    folder = Folder(str(output))
    runs = rows(output)["run_id"].groupby("source").first()
    for source, replaces_good in (("first", False), ("second", True)):
        row = batch_row("2", status="crashed", source=source, attributes={})
        changes = {"run_id": runs[source], "source": source, "carry": {}, "replaces_good": replaces_good}
        publish_rows(folder, [row], **changes)
    assert rows(output)["status"].value_counts().to_dict() == {"ok": 5, "crashed": 1}
    listed = hairpipe("quarantine", "list", output).output.splitlines()
    assert [line.split("\t")[:2] + line.split("\t")[4:] for line in listed] == [
        ["2", "crashed", "first"],
        ["2", "crashed", "second"],
    ]
    told = hairpipe("quarantine", "retry", output)
    assert told.code == 2
    assert "of several sources: first, second; say which ones to try again with --source" in told.error
    assert "no quarantined" in hairpipe("quarantine", "retry", output, "--source", "third").error
    assert hairpipe("quarantine", "retry", output, "--source", "first").code == 0
    assert len(hairpipe("quarantine", "list", output).output.splitlines()) == 1
    assert hairpipe("quarantine", "retry", output).code == 0
    assert (rows(output)["status"] == "ok").all()
    assert hairpipe("verify", output).code == 0


def test_a_source_with_another_name_is_told_from_a_new_one(output: Path, first: Scrape) -> None:
    first.configure(name="site-a", carry=["gender"])
    before = file_times(output)
    for command in ("plan", "run"):
        told = hairpipe(command, first.config)
        assert told.code == 2
        assert "3 of the first 3 portraits of this scrape are known as those of source 'first'" in told.error
        assert "`hairpipe sources OUT --rename first site-a`" in told.error
    assert file_times(output) == before
    told = hairpipe("plan", first.config, "--json", "--allow-new-source")
    assert (told.code, json.loads(told.output)["counts"]["new"]) == (0, 3)
    assert hairpipe("sources", output, "--rename", "first", "site-a").code == 0
    assert json.loads(hairpipe("plan", first.config, "--json").output)["counts"]["unchanged"] == 3


def test_another_source_without_a_name_of_its_own_is_told(
    tmp_path: Path, output: Path, scheduler: str
) -> None:
    for folder in ("first", "second"):
        scrape = Scrape(tmp_path / folder, output, scheduler)
        scrape.write([{"id": f"{folder}-{number}"} for number in range(8)])
        told = hairpipe("run", scrape.config)
    assert told.code == 5
    assert "another source has a source.name of its own" in told.error
    assert len(table(output)) == 8
