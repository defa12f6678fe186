"""Carried columns come by a run and go by a person's word alone."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from tests.commands.scrapes import Scrape, file_times, hairpipe, table

PROFILES = [
    {"id": "1", "gender": "female", "height": "150"},
    {"id": "2", "gender": "male", "height": "160"},
]


def values(output: Path, column: str) -> dict[str, object]:
    found = table(output).set_index("portrait_id")[column]
    return {key: None if pd.isna(value) else value for key, value in found.items()}


def test_what_a_run_does_not_carry_stays_until_it_is_dropped(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry=["gender", "height"])
    scrape.write(PROFILES)
    assert hairpipe("run", scrape.config).code == 0
    scrape.configure(carry=["height"])
    changed = [{**PROFILES[0], "face": [26, 36, 36, 40]}, PROFILES[1], {"id": "3", "height": "170"}]
    scrape.write(changed)
    (warning,) = json.loads(hairpipe("plan", scrape.config, "--json").output)["warnings"]
    assert "`hairpipe columns OUT --drop gender` takes the column out" in warning
    assert hairpipe("run", scrape.config).code == 0
    assert values(output, "gender") == {"1": "female", "2": "male", "3": None}
    assert hairpipe("columns", output).output == "gender\tstring\nheight\tstring\n"
    told = hairpipe("columns", output, "--drop", "gender")
    assert (told.code, told.output) == (0, "dropped gender in version 3\n")
    assert "gender" not in table(output)
    assert hairpipe("verify", output).code == 0
    assert hairpipe("rollback", output, "2").code == 0
    assert values(output, "gender") == {"1": "female", "2": "male", "3": None}


def test_a_dropped_column_that_is_still_carried_comes_back_whole(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry=["gender"])
    scrape.write(PROFILES)
    assert hairpipe("run", scrape.config).code == 0
    assert hairpipe("columns", output, "--drop", "gender").code == 0
    assert hairpipe("run", scrape.config).code == 0
    assert values(output, "gender") == {"1": "female", "2": "male"}
    assert hairpipe("verify", output).code == 0


def test_types_are_those_of_the_values_and_stay(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry=["age", "zip", "born"])
    scrape.write([{"id": "1", "age": None, "zip": "007", "born": None}, {"id": "2", "age": 16, "zip": "8"}])
    told = json.loads(hairpipe("plan", scrape.config, "--json").output)["warnings"]
    assert told == [
        "source.carry: age is int, zip is string, born has no value yet; to have it otherwise, write name: "
        "type there"
    ]
    assert hairpipe("run", scrape.config).code == 0
    assert hairpipe("columns", output).output == "age\tint\nzip\tstring\n"
    assert str(table(output)["age"].dtype) == "float64"
    assert values(output, "age") == {"1": None, "2": 16}
    assert values(output, "zip") == {"1": "007", "2": "8"}
    before = file_times(output)
    assert hairpipe("run", scrape.config).code == 0
    assert file_times(output) == before
    # What comes later has that type or is null, and counted; the first value decides of the column born.
    scrape.write(
        [
            {"id": "1", "age": "unknown", "zip": "007", "born": 1999},
            {"id": "2", "age": 16, "zip": 8},
            {"id": "3", "age": "17", "zip": "9"},
        ]
    )
    planned = json.loads(hairpipe("plan", scrape.config, "--json").output)
    assert planned["notes"] == {"age is not an int": 1}
    assert hairpipe("run", scrape.config).code == 0
    assert hairpipe("columns", output).output == "age\tint\nzip\tstring\nborn\tint\n"
    assert values(output, "age") == {"1": None, "2": 16, "3": 17}
    assert values(output, "zip") == {"1": "007", "2": "8", "3": "9"}
    assert values(output, "born") == {"1": 1999, "2": None, "3": None}
    assert hairpipe("verify", output).code == 0


def test_columns_that_are_strings_stay_strings(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry={"age": "string"})
    scrape.write([{"id": "1", "age": 16}])
    assert hairpipe("run", scrape.config).code == 0
    before = file_times(output)
    scrape.configure(carry=["age"])
    assert hairpipe("run", scrape.config).code == 0
    assert file_times(output) == before
    assert values(output, "age") == {"1": "16"}


def test_another_type_is_told_before_any_work(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry=["height"])
    scrape.write(PROFILES)
    assert hairpipe("run", scrape.config).code == 0
    before = file_times(output)
    scrape.configure(carry={"height": "int"})
    for command in ("plan", "run"):
        told = hairpipe(command, scrape.config)
        assert told.code == 2
        assert "height (was string, now int)" in told.error
        assert "hairpipe columns OUT --drop" in told.error
    assert file_times(output) == before
    assert hairpipe("columns", output, "--drop", "height").code == 0
    assert hairpipe("run", scrape.config).code == 0
    assert values(output, "height") == {"1": 150, "2": 160}


def test_a_column_that_is_not_there_is_told(tmp_path: Path, scheduler: str) -> None:
    output = tmp_path / "out"
    scrape = Scrape(tmp_path / "a", output, scheduler, carry=["height"])
    scrape.write(PROFILES)
    assert hairpipe("run", scrape.config).code == 0
    told = hairpipe("columns", output, "--drop", "status")
    assert told.code == 2
    assert told.error.endswith("carries no column status; those that can be dropped: height")
