from __future__ import annotations

import csv
import gzip
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.errors import ConfigError
from hairpipe.source.profile import Portrait, RejectReason
from hairpipe.status import Status
from tests.source.conftest import json_lines, read, source_of

ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "Rei", "image": "images/1.jpg", "height": 161},
    {"id": 2, "name": "Asuka", "image": "images/2.jpg", "height": None},
]


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.jsonl", json_lines(*ROWS)),
        ("p.jsonl.gz", gzip.compress(json_lines(*ROWS))),
        ("p.json", json.dumps({"data": ROWS}, indent=1).encode()),
        ("p.csv", as_csv(ROWS)),
        ("p.csv.gz", gzip.compress(as_csv(ROWS))),
        ("p.parquet", as_parquet(ROWS)),
    ],
    # Not by content, which changes with the time that gzip notes: all test processes must agree.
    ids=["jsonl", "jsonl.gz", "json", "csv", "csv.gz", "parquet"],
)
def test_every_format_gives_the_same_portraits(
    scrape: Callable[..., Path], name: str, content: bytes
) -> None:
    folder = scrape(**{name: content, "images/1.jpg": b"123"})
    portraits, rejects = read(kind="table", path=f"{folder}/{name}", carry={"height": "int"})
    version = str((folder / "images/1.jpg").stat().st_mtime_ns)
    there = Portrait("1", "1", "Rei", "images/1.jpg", None, None, None, {"height": 161}, 3, version)
    gone = Portrait(
        "2",
        "2",
        "Asuka",
        "images/2.jpg",
        Status.MISSING,
        "no such file",
        None,
        {"height": None},
        None,
        None,
    )
    assert portraits == [there, gone]
    assert rejects == []


def test_every_row_is_a_portrait_or_a_counted_reject(scrape: Callable[..., Path]) -> None:
    folder = scrape(
        **{
            "p.jsonl": json_lines(
                {"id": 1, "image": "1.jpg"},
                b'{"id": 2, "name": "cut o',
                {"image": "1.jpg"},
                {"id": "1.0", "image": "2.jpg"},
                {"id": 3, "image": "../../etc/hostname"},
                {"id": 4, "image": None},
                {"id": 5, "image": "5.jpg"},
                {"id": "../6", "image": "1.jpg"},
            ),
            "1.jpg": b"1",
        }
    )
    portraits, rejects = read(kind="table", path=f"{folder}/p.jsonl")
    assert [(portrait.portrait_id, portrait.problem) for portrait in portraits] == [
        ("1", None),
        ("3", Status.OUTSIDE_ROOT),
        ("4", Status.NO_IMAGE),
        ("5", Status.MISSING),
        ("../6", None),
    ]
    assert [(reject.reason, reject.place) for reject in rejects] == [
        (RejectReason.BAD_LINE, "p.jsonl line 2"),
        (RejectReason.NO_ID, "p.jsonl line 3"),
        (RejectReason.DUPLICATE_ID, "p.jsonl line 4"),
    ]


def test_several_pictures_of_a_profile_are_several_portraits(scrape: Callable[..., Path]) -> None:
    row = {"id": 1, "image": ["a.jpg", "b.jpg", "c.jpg"], "face": [1, 2, 3, 4], "age": "?"}
    folder = scrape(**{"p.jsonl": json_lines(row), "b.jpg": b""})
    portraits, _ = read(
        kind="table", path=f"{folder}/p.jsonl", columns={"face": "face"}, carry={"age": "int"}
    )
    assert [portrait.portrait_id for portrait in portraits] == ["1", "1#2", "1#3"]
    assert {portrait.profile_id for portrait in portraits} == {"1"}
    assert [portrait.problem for portrait in portraits] == [Status.MISSING, None, Status.MISSING]
    assert [portrait.face for portrait in portraits] == [(1, 2, 3, 4), None, None]
    assert [portrait.notes for portrait in portraits] == [("age is not an int",), (), ()]


@pytest.mark.parametrize("order", [1, -1])
def test_portrait_ids_are_unique_whatever_the_profiles_are_called(
    scrape: Callable[..., Path], order: int
) -> None:
    rows = [{"id": "1", "image": ["a", "b"]}, {"id": "1#2", "image": "c"}]
    folder = scrape(**{"p.jsonl": json_lines(*rows[::order])})
    portraits, rejects = read(kind="table", path=f"{folder}/p.jsonl")
    assert sorted(portrait.portrait_id for portrait in portraits) == ["1", "1#2"]
    assert [reject.reason for reject in rejects] == [RejectReason.DUPLICATE_ID]


def test_presets_read_what_the_apis_answer(scrape: Callable[..., Path]) -> None:
    jikan = {
        "data": {
            "mal_id": 40,
            "images": {"jpg": {"image_url": "https://cdn.example.org/images/characters/9/310307.jpg"}},
            "name": "Luffy",
            "name_kanji": "ルフィ",
            "favorites": 5,
        }
    }
    anilist = {
        "data": {
            "Page": {
                "characters": [
                    {
                        "id": 40,
                        "name": {"full": "Luffy", "native": "ルフィ"},
                        "image": {"large": "https://s4.example.org/large/b40.png"},
                        "dateOfBirth": {"year": None, "month": 5, "day": 5},
                    }
                ]
            }
        }
    }
    folder = scrape(
        **{
            "jikan.jsonl": json_lines(jikan),
            "anilist.jsonl": json_lines(anilist),
            "pictures/310307.jpg": b"1",
            "pictures/b40.png": b"1",
        }
    )
    for preset, image, carry in (
        ("jikan", "310307.jpg", {"kanji": "string", "favorites": "int"}),
        ("anilist", "b40.png", {"native_name": "string", "birth_month": "int"}),
    ):
        (portrait,), rejects = read(
            kind="table",
            preset=preset,
            path=f"{folder}/{preset}.jsonl",
            images=f"{folder}/pictures",
            carry=carry,
        )
        assert (portrait.profile_id, portrait.name, portrait.image) == ("40", "Luffy", image)
        assert list(portrait.attributes.values()) == ["ルフィ", 5]
        assert rejects == []


def test_a_flattened_table_fits_a_preset_too(scrape: Callable[..., Path]) -> None:
    row = {"mal_id": "40.0", "name": "Luffy", "images.jpg.image_url": "https://e.org/1.jpg"}
    folder = scrape(**{"p.csv": as_csv([row]), "1.jpg": b"1"})
    (portrait,), _ = read(kind="table", preset="jikan", path=f"{folder}/p.csv")
    assert (portrait.portrait_id, portrait.image) == ("40", "1.jpg")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"columns": {"image": "picture"}},
            r"source\.columns\.image: no row of .* has 'picture'.*id, name, image",
        ),
        ({"columns": {"id": "mal_id"}}, r"source\.columns\.id: no row"),
        ({"columns": {"name": "full_name"}}, r"source\.columns\.name"),
        ({"columns": {"face": {"x": "left"}}}, r"source\.columns\.face\.x: no row of .* has 'left'"),
        ({"carry": ["gender"]}, r"source\.carry\.gender: no row"),
    ],
)
def test_a_column_that_no_row_has_is_an_error(
    scrape: Callable[..., Path], settings: dict[str, Any], message: str
) -> None:
    folder = scrape(**{"p.jsonl": json_lines(*ROWS)})
    with pytest.raises(ConfigError, match=message):
        read(kind="table", path=f"{folder}/p.jsonl", **settings)


def test_a_column_that_one_row_has_is_enough(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"p.jsonl": json_lines({"id": 1, "image": "x"}, {"id": 2, "gender": None})})
    portraits, _ = read(kind="table", path=f"{folder}/p.jsonl", carry=["gender"])
    assert len(portraits) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n", b"<html>not found</html>\n", b"\x00\xff" * 50])
@pytest.mark.parametrize("name", ["p.jsonl", "p.csv", "p.parquet", "p.jsonl.gz"])
def test_a_table_without_a_profile_is_an_error(
    scrape: Callable[..., Path], name: str, content: bytes
) -> None:
    folder = scrape(**{name: content})
    with pytest.raises(ConfigError, match="holds no profile"):
        read(kind="table", path=f"{folder}/{name}")


def test_a_broken_file_among_good_ones_is_a_reject(scrape: Callable[..., Path]) -> None:
    parquet = as_parquet(ROWS)
    folder = scrape(
        **{"t/a.parquet": parquet[:-20], "t/b.parquet": parquet, "t/c.jsonl": json_lines(ROWS[0])}
    )
    portraits, rejects = read(kind="table", path=f"{folder}/t")
    assert len(portraits) == 2
    assert [(reject.reason, reject.place) for reject in rejects] == [
        (RejectReason.BROKEN_FILE, "a.parquet row 0"),
        (RejectReason.DUPLICATE_ID, "c.jsonl line 1"),
    ]


def test_in_an_object_store(memory: Any) -> None:
    memory.pipe({"/scrape/p.jsonl": json_lines(*ROWS), "/scrape/images/1.jpg": b"123"})
    source = source_of(kind="table", path="memory://scrape/p.jsonl")
    there, gone = source.portraits()
    assert isinstance(there, Portrait)
    assert (there.size, there.problem) == (3, None)
    assert isinstance(gone, Portrait)
    assert gone.problem is Status.MISSING
    assert pickle.loads(pickle.dumps(source.pictures())).read("images/1.jpg") == b"123"  # noqa: S301


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.binary(max_size=30) | st.builds(lambda n: b'{"id": %d}' % n, st.integers()), max_size=8)
)
def test_whatever_the_lines_are_ids_are_unique_and_nothing_raises(
    lines: list[bytes], scrape: Callable[..., Path]
) -> None:
    folder = scrape(**{"p.jsonl": json_lines({"id": "first", "image": "x"}, *lines)})
    portraits, _ = read(kind="table", path=f"{folder}/p.jsonl")
    ids = [portrait.portrait_id for portrait in portraits]
    assert ids[0] == "first"
    assert len(set(ids)) == len(ids)
