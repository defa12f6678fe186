from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairpipe.source.profile import Portrait
from hairpipe.source.table.parquet_pages import Pages
from hairpipe.status import Status
from tests.source.conftest import read, source_of

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


# Several to a row group, and whatever is damaged is noticed.
PAGES = {
    "data_page_size": 40_000,
    "write_batch_size": 4,
    "use_dictionary": False,
    "write_page_checksum": True,
}


def write(folder: Path, name: str, columns: dict[str, Any], row_group_size: int = 7, **options: Any) -> None:
    pq.write_table(pa.table(columns), folder / name, row_group_size=row_group_size, **options)


def huggingface(folder: Path, rows: int = 100, files: int = 2) -> None:
    for file in range(files):
        images = [{"bytes": b"%d/%d" % (file, row) * 2000, "path": f"{row}.png"} for row in range(rows)]
        columns = {"image": pa.array(images, IMAGE)}
        write(folder, f"train-{file:04d}.parquet", columns, row_group_size=70, **PAGES)


def test_huggingface_pictures_are_called_by_file_and_row(tmp_path: Path) -> None:
    huggingface(tmp_path)
    settings = {"kind": "table", "preset": "huggingface", "path": f"{tmp_path}/train-*.parquet"}
    portraits, rejects = read(**settings)
    assert rejects == []
    assert len(portraits) == 200
    last = portraits[-1]
    assert (last.portrait_id, last.image) == ("train-0001:99", "train-0001.parquet#99")
    assert last.version == str((tmp_path / "train-0001.parquet").stat().st_mtime_ns)
    pictures = pickle.loads(pickle.dumps(source_of(**settings).pictures()))  # noqa: S301
    order = [*range(200), 150, 3, 69, 70, 0]
    for portrait in (portraits[index] for index in order):
        file, row = divmod(portraits.index(portrait), 100)
        assert portrait.image is not None
        assert pictures.read(portrait.image) == b"%d/%d" % (file, row) * 2000


def test_rows_without_bytes_fall_back_on_their_path(tmp_path: Path) -> None:
    (tmp_path / "here.png").write_bytes(b"123")
    images = [{"bytes": b"1", "path": None}, {"bytes": None, "path": "here.png"}, None]
    write(tmp_path, "p.parquet", {"key": ["a", "b", "c"], "image": pa.array(images, IMAGE)})
    settings = {"kind": "table", "preset": "huggingface", "path": f"{tmp_path}/p.parquet"}
    portraits, _ = read(**settings, columns={"id": "key"})
    assert [(portrait.portrait_id, portrait.image, portrait.problem) for portrait in portraits] == [
        ("a", "p.parquet#0", None),
        ("b", "here.png", None),
        ("c", None, Status.NO_IMAGE),
    ]
    pictures = source_of(**settings).pictures()
    assert pictures.read("p.parquet#0") == b"1"
    assert pictures.read("here.png") == b"123"


def test_img2dataset_pictures_that_were_never_fetched_are_missing(tmp_path: Path) -> None:
    write(
        tmp_path,
        "00000.parquet",
        {
            "url": ["https://example.org/1.jpg", "https://example.org/2.jpg"],
            "caption": ["Rei", None],
            "key": ["000000000", "000000001"],
            "status": ["success", "failed_to_download"],
            "jpg": pa.array([b"picture", None], pa.binary()),
        },
    )
    settings = {"kind": "table", "preset": "img2dataset", "path": str(tmp_path), "carry": ["status"]}
    (first, second), _ = read(**settings)
    assert (first.portrait_id, first.name, first.problem) == ("000000000", "Rei", None)
    assert (second.problem, second.detail) == (Status.MISSING, "never fetched, no file 2.jpg")
    assert second.attributes == {"status": "failed_to_download"}
    assert first.image is not None
    assert source_of(**settings).pictures().read(first.image) == b"picture"


@pytest.mark.parametrize(
    "image", ["p.parquet#2", "p.parquet#99999999999", "q.parquet#0", "p.parquet#1", "p.parquet"]
)
def test_a_row_that_is_not_there_is_a_file_that_is_not_there(tmp_path: Path, image: str) -> None:
    write(tmp_path, "p.parquet", {"id": [1, 2], "image": pa.array([b"1", None], pa.binary())})
    pictures = source_of(kind="table", path=f"{tmp_path}/p.parquet", images=f"{tmp_path}/none").pictures()
    with pytest.raises(FileNotFoundError):
        pictures.read(image)


def test_a_damaged_table_is_an_os_error(tmp_path: Path) -> None:
    write(tmp_path, "p.parquet", {"id": [1], "image": pa.array([b"1"], pa.binary())})
    pictures = source_of(kind="table", path=f"{tmp_path}/p.parquet").pictures()
    (tmp_path / "p.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(OSError, match="p.parquet is damaged"):
        pictures.read("p.parquet#0")


def test_a_damaged_page_costs_its_own_rows_in_whatever_order_they_are_read(tmp_path: Path) -> None:
    huggingface(tmp_path, files=1)
    path = tmp_path / "train-0000.parquet"
    with path.open("r+b") as handle:
        part = Pages(handle, pq.ParquetFile(handle), "image.bytes", 0)._pages[5]
        handle.seek(part.end - 30)
        handle.write(b"\xff" * 20)
    pictures = source_of(kind="table", preset="huggingface", path=str(path)).pictures()
    fates: dict[int, set[str]] = {}
    for row in [*range(100), *range(0, 100, 7), *reversed(range(100))]:
        try:
            fate = "good" if pictures.read(f"train-0000.parquet#{row}") == b"0/%d" % row * 2000 else "wrong"
        except OSError as error:
            fate = str(error)
        fates.setdefault(row, set()).add(fate)
    assert all(len(fate) == 1 for fate in fates.values())
    lost = [row for row, fate in fates.items() if fate != {"good"}]
    assert lost == [*range(part.first, part.first + part.rows)]
    assert {fate for row in lost for fate in fates[row]} == {
        "train-0000.parquet is damaged: its page is damaged"
    }


def test_threads_may_share_a_reader(tmp_path: Path) -> None:
    huggingface(tmp_path)
    pictures = source_of(kind="table", preset="huggingface", path=f"{tmp_path}/*.parquet").pictures()
    rows = [(file, row) for file in range(2) for row in range(100)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: pictures.read(f"train-{place[0]:04d}.parquet#{place[1]}"), rows))
    assert found == [b"%d/%d" % place * 2000 for place in rows]


def test_a_path_that_looks_like_a_row_is_looked_up_as_a_file(tmp_path: Path) -> None:
    write(tmp_path, "p.parquet", {"id": ["1"], "image": ["p.parquet#0"]})
    (portrait,), _ = read(kind="table", path=f"{tmp_path}/p.parquet")
    assert portrait.problem is Status.MISSING


def test_in_an_object_store(memory: Any, tmp_path: Path) -> None:
    huggingface(tmp_path, rows=3, files=1)
    memory.pipe("/data/train-0000.parquet", (tmp_path / "train-0000.parquet").read_bytes())
    source = source_of(kind="table", preset="huggingface", path="memory://data/*.parquet")
    images = [found.image for found in source.portraits() if isinstance(found, Portrait)]
    assert images == [f"train-0000.parquet#{row}" for row in range(3)]
    assert source.pictures().read("train-0000.parquet#2") == b"0/2" * 2000
