from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairpipe.errors import ConfigError
from hairpipe.source.profile import Reject
from hairpipe.source.table import lines as lines_module
from hairpipe.source.table.lines import TextBlock, text_blocks
from hairpipe.source.table.table_files import TableFile, table_files
from hairpipe.storage.folder import Folder

SUFFIXES = frozenset({".jsonl", ".csv"})


def lines_of(blocks: Iterable[TextBlock | Reject]) -> list[str]:
    return [line for block in blocks if isinstance(block, TextBlock) for line in block.lines]


def zstd(content: bytes) -> bytes:
    compressed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return compressed


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a.jsonl", ["a.jsonl"]),
        ("*.jsonl*", ["a.jsonl", "b.jsonl.gz"]),
        ("", ["a.jsonl", "b.jsonl.gz", "more/c.csv", "odd[1].csv"]),
        ("more/", ["c.csv"]),
        ("odd[1].csv", ["odd[1].csv"]),
    ],
)
def test_a_file_a_pattern_and_a_folder(scrape: Callable[..., Path], path: str, names: list[str]) -> None:
    files = ["b.jsonl.gz", "a.jsonl", "more/c.csv", "readme.txt", "odd[1].csv"]
    folder = scrape(**dict.fromkeys(files, b""))
    assert [file.name for file in table_files(f"{folder}/{path}", SUFFIXES)] == names


@pytest.mark.parametrize("path", ["none.jsonl", "*.csv", "none/*.csv", "empty"])
def test_nothing_there_is_an_error_that_names_the_path(scrape: Callable[..., Path], path: str) -> None:
    folder = scrape(**{"empty/readme.txt": b""})
    with pytest.raises(ConfigError, match=r"source\.path: no file at .*" + path[-4:].replace("*", r"\*")):
        table_files(f"{folder}/{path}", SUFFIXES)


def test_another_format_is_an_error_that_lists_the_formats(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"a.xlsx": b""})
    with pytest.raises(ConfigError, match=r"'a.xlsx' is no table.*\.csv, \.jsonl"):
        table_files(f"{folder}/a.xlsx", SUFFIXES)


def test_a_table_that_is_a_link_out_of_its_folder_is_an_error(scrape: Callable[..., Path]) -> None:
    folder = scrape(**{"real/a.jsonl": b""})
    (folder / "links").mkdir()
    (folder / "links/a.jsonl").symlink_to(folder / "real/a.jsonl")
    with pytest.raises(ConfigError, match="give the path that the link leads to"):
        table_files(f"{folder}/links/a.jsonl", SUFFIXES)


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstd)],
)
def test_compressed_files_and_where_they_break_off(
    scrape: Callable[..., Path], suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    text = b"".join(b"line %d\n" % (number * 7919) for number in range(20_000))
    content = compress(text)
    folder = scrape(**{f"a.jsonl{suffix}": content, f"b.jsonl{suffix}": content[: len(content) // 2]})
    whole = TableFile(Folder(folder), f"a.jsonl{suffix}")
    assert (whole.suffix, whole.stem) == (".jsonl", "a")
    assert "".join(lines_of(text_blocks(whole))).encode() == text
    *blocks, last = text_blocks(TableFile(Folder(folder), f"b.jsonl{suffix}"))
    lines = lines_of(blocks)
    assert isinstance(last, Reject)
    assert last.place == f"b.jsonl{suffix} line {len(lines) + 1}"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"abcde", "é".encode(), b"\xff"])).map(b"".join),
    size=st.integers(1, 9),
)
def test_blocks_are_whole_lines(
    scrape: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, content: bytes, size: int
) -> None:
    monkeypatch.setattr(io, "DEFAULT_BUFFER_SIZE", 3)
    monkeypatch.setattr(lines_module, "_FIRST_BLOCK", size)
    file = TableFile(Folder(scrape(**{"a.csv": content, "b.csv.gz": gzip.compress(content)[:-9]})), "a.csv")
    lines = list(io.TextIOWrapper(io.BytesIO(content), "utf-8", "replace", newline=""))
    for name in ("a.csv", "b.csv.gz"):
        blocks = list(text_blocks(replace(file, name=name)))
        found = [block for block in blocks if isinstance(block, TextBlock)]
        read = lines_of(found)
        assert read == lines[: len(read)]
        assert [block.number for block in found] == [
            1 + sum(len(before.lines) for before in found[:at]) for at in range(len(found))
        ]
        assert all(len(block.text) >= size for block in found[:-1])
        if name == "a.csv" and content:
            assert read == lines
        else:
            assert isinstance(blocks[-1], Reject)


def test_in_an_object_store(memory: Any) -> None:
    memory.pipe({"/scrape/p.jsonl.gz": gzip.compress(b"1\n2\n"), "/scrape/q.csv": b""})
    assert len(table_files("memory://scrape", SUFFIXES)) == 2
    assert [file.name for file in table_files("memory://scrape/*.csv", SUFFIXES)] == ["q.csv"]
    (file,) = table_files("memory://scrape/p.jsonl.gz", SUFFIXES)
    assert lines_of(text_blocks(file)) == ["1\n", "2\n"]
