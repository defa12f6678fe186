from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pydantic
import pytest

from hairpipe.errors import ConfigError
from hairpipe.source.open import with_types
from hairpipe.source.rows.attribute_types import attribute_type, kind_of, kind_of_text
from hairpipe.source.settings import SourceSettings
from tests.source.conftest import json_lines, read

LARGE = 2**53 + 1


def types_of(known: dict[str, str] | None = None, **section: Any) -> tuple[dict[str, str], str]:
    """Return the types that attributes get, and what is said of them."""
    settings = pydantic.TypeAdapter(SourceSettings).validate_python({"kind": "table", **section})
    typed, note = with_types(settings, known or {})
    return dict(typed.carry), note or ""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 0, -5], "int"),
        ([None, None, 3], "int"),
        ([1, 2.5], "float"),
        ([1.0, float("nan")], "float"),
        ([True, None, False], "bool"),
        ([True, 1], "string"),
        (["007", "8"], "string"),
        (["5", 5], "string"),
        ([1, "n/a"], "string"),
        ([LARGE], "int"),
        ([LARGE, 0.5], "string"),
        ([2**63], "string"),
        ([10**400], "string"),
        ([float("inf")], "string"),
        ([[1], {"a": 1}], "string"),
        (["1999-01-02"], "string"),
        ([datetime.date(1999, 1, 2)], "string"),
        ([Decimal("7"), Decimal("7.00")], "int"),
        ([Decimal("0.10")], "float"),
        ([Decimal("0.1234567890123456789")], "string"),
        ([Decimal("NaN"), None, "", " "], None),
        ([b"bytes"], "string"),
        ([], None),
    ],
)
def test_types_of_values(values: list[Any], expected: str | None) -> None:
    assert attribute_type({kind for value in values if (kind := kind_of(value)) is not None}) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 20 ", "", "-3"], "int"),
        (["007"], "string"),
        (["1", "02"], "string"),
        (["+1"], "string"),
        (["-0"], "string"),
        (["1_000"], "string"),
        (["1,5"], "string"),
        (["1", "1.50"], "float"),
        (["1e5"], "string"),
        ([".5"], "string"),
        (["0.1234567890123456789"], "string"),
        (["9" * 18], "int"),
        (["9" * 19], "string"),
        (["9" * 5000], "string"),
        (["9" * 18, "0.5"], "string"),
        (["true", "False"], "bool"),
        (["true", "1"], "string"),
        (["yes"], "string"),
        (["1999-01-02"], "string"),
        (["nan"], "string"),
        (["\u0661"], "string"),
        (["", "  "], None),
    ],
)
def test_types_of_cells(cells: list[str], expected: str | None) -> None:
    assert attribute_type({kind for cell in cells if (kind := kind_of_text(cell)) is not None}) == expected


def test_json_keeps_its_types(scrape: Callable[..., Path]) -> None:
    rows = [
        {"id": 1, "image": "1", "n": None, "zip": "007", "m": {"x": 1.5}},
        {"id": 2, "image": "2", "n": 12, "zip": "8", "m": {"x": 2}, "none": None},
    ]
    folder = scrape(**{"p.jsonl": json_lines(*rows)})
    section = {
        "path": f"{folder}/p.jsonl",
        "columns": {"attributes": {"x": "m.x"}},
        "carry": ["n", "zip", "x", "none"],
    }
    types, note = types_of(**section)
    assert types == {"n": "int", "zip": "string", "x": "float", "none": "auto"}
    assert "n is int, zip is string, x is float, none has no value yet" in note
    portraits, _ = read(kind="table", **section)
    assert [portrait.attributes for portrait in portraits] == [
        {"n": None, "zip": "007", "x": 1.5},
        {"n": 12, "zip": "8", "x": 2.0},
    ]


def test_what_the_tables_have_and_what_is_written_down_stays(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"p.csv": b"id,image,n,m,k\n1,1,5,6,7\n"})
    path = f"{folder}/p.csv"
    assert types_of(path=path, carry={"n": "auto", "m": "string"}) == (
        {"n": "int", "m": "string"},
        "source.carry: n is int; to have it otherwise, write name: type there",
    )
    assert types_of({"n": "string", "gone": "int"}, path=path, carry=["n", "m"])[0] == {
        "n": "string",
        "m": "int",
    }
    assert types_of({"n": "string"}, path=path, carry=["n"]) == ({"n": "string"}, "")


def test_parquet_says_the_types_itself(tmp_path: Path) -> None:
    columns = {
        "id": [1, 2],
        "image": ["1", "2"],
        "small": pa.array([1, None], pa.int16()),
        "real": pa.array([1.0, 2.0], pa.float32()),
        "yes": [True, None],
        "text": ["007", "8"],
        "no_text": pa.array([None, None], pa.string()),
        "no_type": pa.nulls(2),
        "day": [datetime.date(1999, 1, 2), None],
        "category": pa.array(["a", "b"]).dictionary_encode(),
        "price": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
        "huge": pa.array([2**64 - 1, 0], pa.uint64()),
        "nested": [{"n": 1}, None],
    }
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    carry = [*list(columns)[2:-1], "inner"]
    section = {"path": str(tmp_path), "columns": {"attributes": {"inner": "nested.n"}}, "carry": carry}
    types, _ = types_of(**section)
    assert types == {
        "small": "int",
        "real": "float",
        "yes": "bool",
        "text": "string",
        "no_text": "string",
        "no_type": "auto",
        "day": "string",
        "category": "string",
        "price": "float",
        "huge": "string",
        "inner": "int",
    }
    (first, _), _ = read(kind="table", **section)
    assert first.attributes["huge"] == str(2**64 - 1)
    assert (first.attributes["price"], first.attributes["day"]) == (1.5, "1999-01-02")


def test_files_that_differ_are_taken_by_their_values(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "image": ["1"], "n": [5]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": [2], "image": ["2"], "n": [0.5]}), tmp_path / "b.parquet")
    assert types_of(path=str(tmp_path), carry=["n"])[0] == {"n": "float"}
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": 3, "image": "3", "n": "many"}) + "\n")
    assert types_of(path=str(tmp_path), carry=["n"])[0] == {"n": "string"}
    portraits, _ = read(kind="table", path=str(tmp_path), carry=["n"])
    assert [portrait.attributes["n"] for portrait in portraits] == ["5", "0.5", "many"]


def test_a_name_that_is_no_column_is_told(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"p.jsonl": json_lines({"id": 1, "image": "1"})})
    with pytest.raises(ConfigError, match=r"source\.carry\.n: no row"):
        read(kind="table", path=f"{folder}/p.jsonl", carry=["n"])
