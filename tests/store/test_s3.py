"""The store in a real S3 protocol: moto's server on this machine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from hairpipe.errors import LockedError
from hairpipe.report.gallery import overlay_path, sheet_path
from hairpipe.report.page import write_report
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import OutputLock
from hairpipe.store.publish.gc import collect_garbage
from hairpipe.store.publish.publish import recover
from hairpipe.store.publish.rollback import rollback
from tests.report.drawn_output import RUN_ID, DrawnRow, write_output
from tests.store.portraits import batch_row, content, other_rows, publish_rows


@pytest.fixture
def s3_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """Return an output folder in a bucket of a server that lives as long as the test."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    # The server's buckets outlive it.
    bucket = f"characters-{uuid.uuid4().hex}"
    s3fs.S3FileSystem().mkdir(bucket)
    yield Folder(f"s3://{bucket}/out")
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_the_tables_live_in_s3_as_on_a_disk(s3_folder: Folder) -> None:
    publish_rows(s3_folder, [batch_row("a"), batch_row("b")])
    before = content(s3_folder)
    publish_rows(
        s3_folder,
        [batch_row("a", colors=["red"])],
        run_id="run-2",
        planned=2,
        others=other_rows({"b": "B"}),
    )
    assert verify(s3_folder).problems == ()
    assert sorted(pd.read_parquet(f"{s3_folder.url}/portraits")["portrait_id"]) == ["a", "b"]
    with OutputLock(s3_folder, "back") as lock:
        with pytest.raises(LockedError), OutputLock(s3_folder, "second"):
            pass
        store = rollback(recover(s3_folder, lock), lock, 1)
        collect_garbage(store, lock, 0)
    assert content(s3_folder) == before
    assert verify(s3_folder).problems == ()


def test_only_the_first_creates_an_object(s3_folder: Folder) -> None:
    assert s3_folder.create("lock", b"1")
    assert not s3_folder.create("lock", b"2")
    assert s3_folder.read("lock") == b"1"


def test_the_report_and_its_thumbnails_lie_in_the_bucket(s3_folder: Folder, tmp_path: Path) -> None:
    drawn = write_output(tmp_path, [DrawnRow("p1", "Girl")])
    for path, _ in drawn.list():
        s3_folder.write(path, drawn.read(path))

    write_report(s3_folder.url)

    assert s3_folder.read(sheet_path(RUN_ID, 0))[:2] == b"\xff\xd8"
    assert s3_folder.read(overlay_path(RUN_ID, 0))[:4] == b"RIFF"
    assert '"name":["Girl"]' in s3_folder.read("report.html").decode()
