from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.source.table.parquet_pages import Pages
from hairpipe.storage.parquet_file import open_parquet

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
ROWS = 120


def values(seed: int = 0) -> list[bytes | None]:
    """Return noise of many lengths, and here and there nothing."""
    noise = np.random.default_rng(seed)
    return [None if row % 10 == 7 else noise.bytes(200 + int(noise.integers(800))) for row in range(ROWS)]


def written(column: pa.Array, required: bool = False, **options: Any) -> bytes:
    sink = io.BytesIO()
    schema = pa.schema([pa.field("n", pa.int64()), pa.field("image", column.type, nullable=not required)])
    table = pa.table([pa.array(range(ROWS)), column], schema)
    settings = {
        "data_page_size": 4096,
        "write_batch_size": 8,
        "use_dictionary": False,
        "write_page_checksum": True,
    }
    pq.write_table(table, sink, row_group_size=ROWS // 2, **{**settings, **options})
    return sink.getvalue()


@contextmanager
def pages(data: bytes, leaf: str, group: int) -> Iterator[Pages]:
    handle = io.BytesIO(data)
    yield Pages(handle, open_parquet(handle, checksums=True), leaf, group)


def read(data: bytes, leaf: str, group: int = 1) -> list[bytes | None | str]:
    """Return a row group's values, and what is said of those that can't be read."""
    found: list[bytes | None | str] = []
    with pages(data, leaf, group) as here:
        for row in range(ROWS // 2):
            try:
                found.append(here.value(row))
            except OSError as error:
                found.append(str(error))
    return found


OPTIONS: list[dict[str, Any]] = [
    {"compression": "none"},
    {"compression": "snappy"},
    {"compression": "zstd", "data_page_version": "2.0"},
    {"compression": "gzip"},
    {"compression": "brotli", "data_page_version": "2.0"},
    {"compression": "lz4"},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("shape", ["bytes", "required", "struct"])
def test_a_damaged_page_costs_its_own_rows(options: dict[str, Any], shape: str) -> None:
    expected = values()
    if shape == "required":
        expected = [value or b"" for value in expected]
    leaf, column = "image", pa.array(expected, pa.binary())
    if shape == "struct":
        leaf = "image.bytes"
        column = pa.array([{"bytes": value, "path": "x"} for value in expected], IMAGE)
    data = written(column, shape == "required", **options)
    expected = expected[ROWS // 2 :]
    assert read(data, leaf) == expected
    with pages(data, leaf, 1) as whole:
        parts = whole._pages
    assert len(parts) > 5
    for part in parts[:: len(parts) // 3]:
        middle = (part.start + part.end) // 2
        found = read(data[:middle] + b"\xff" * 20 + data[middle + 20 :], leaf)
        lost = range(part.first, part.first + part.rows)
        assert {found[row] for row in lost} == {"its page is damaged"}
        assert [found[row] for row in range(ROWS // 2) if row not in lost] == [
            expected[row] for row in range(ROWS // 2) if row not in lost
        ]


def test_a_damaged_dictionary_costs_the_rows_that_need_it() -> None:
    # The dictionary is full after some rows; the others are written as they are.
    data = written(pa.array(values(), pa.binary()), use_dictionary=True, dictionary_pagesize_limit=8192)
    expected = values()[ROWS // 2 :]
    assert read(data, "image") == expected
    with pages(data, "image", 1) as whole:
        dictionary, *parts = whole._pages
    assert dictionary.rows == 0
    assert {part.is_plain for part in parts} == {True, False}
    middle = (dictionary.start + dictionary.end) // 2
    found = read(data[:middle] + b"\xff" * 20 + data[middle + 20 :], "image")
    plain = [row for part in parts if part.is_plain for row in range(part.first, part.first + part.rows)]
    assert [found[row] for row in plain] == [expected[row] for row in plain]
    assert {found[row] for row in {*range(ROWS // 2)} - {*plain}} == {"its page is damaged"}


def test_a_damaged_header_costs_the_rows_from_there_on() -> None:
    data = written(pa.array(values(), pa.binary()))
    with pages(data, "image", 1) as whole:
        part = whole._pages[3]
    found = read(data[: part.start] + b"\xff" * 20 + data[part.start + 20 :], "image")
    assert found[: part.first] == values()[ROWS // 2 :][: part.first]
    assert {*found[part.first :]} == {"the header of its page, or of one before it, is damaged"}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    noise = np.random.default_rng(seed)
    data = bytearray(
        written(pa.array(values(), pa.binary()), compression="snappy", write_page_checksum=False)
    )
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    for place in noise.integers(4, footer, 5):
        data[place] ^= 1 << int(noise.integers(8))
    assert len(read(bytes(data), "image")) == ROWS // 2
