from __future__ import annotations

import io
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.storage.parquet_file import open_parquet, read_batches, read_rows

ROWS = pa.table({name: list(range(300)) for name in "abcdef"})


class WatchedFile(io.BytesIO):
    """A file that notes which threads read it."""

    def __init__(self) -> None:
        sink = io.BytesIO()
        pq.write_table(ROWS, sink, row_group_size=100)
        super().__init__(sink.getvalue())
        self.threads: set[int] = set()

    def read(self, size: int | None = -1) -> bytes:
        self.threads.add(threading.get_ident())
        return super().read(size)


@pytest.mark.parametrize("buffer_size", [0, 64])
def test_no_other_thread_touches_the_file(buffer_size: int) -> None:
    file = WatchedFile()
    assert read_rows(open_parquet(file, buffer_size=buffer_size)).equals(ROWS)
    assert list(read_batches(open_parquet(file, buffer_size=buffer_size), 64, ["a", "b"]))
    assert file.threads == {threading.get_ident()}


def test_only_the_columns_asked_for() -> None:
    assert read_rows(open_parquet(WatchedFile()), ["c"]).equals(ROWS.select(["c"]))


def test_batches_of_one_row_group() -> None:
    batches = list(read_batches(open_parquet(WatchedFile()), 64, ["a"], groups=[1]))
    assert [len(batch) for batch in batches] == [64, 36]
    assert pa.Table.from_batches(batches).equals(ROWS.select(["a"])[100:200])


def test_what_is_no_parquet_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        open_parquet(io.BytesIO(b"no Parquet at all"))
