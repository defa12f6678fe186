"""The job with input and output in an object store: a real S3 server in a process of its own."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import s3fs

from hairpipe.config import Config, load_config
from hairpipe.errors import EXIT_OK
from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.run.job import run_job
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.log.events import Event, RunPlanned
from tests.run.comparable import comparable_tables
from tests.run.dask_processes import wait_until

SCRAPE = ScrapePlan(profiles=40, broken=0.2, face_boxes=True)
SECRET = "a-secret-that-nobody-may-write-down"
KEY_ID = "a-key-id-that-nobody-may-write-down"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3fs.S3FileSystem]:
    """A bucket that holds a scrape, on a server of its own; the environment leads to it."""
    folder = tmp_path_factory.mktemp("s3")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log, pytest.MonkeyPatch.context() as patch:
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        try:
            wait_until(lambda: answers(port))
            store = s3fs.S3FileSystem(use_listings_cache=False)
            store.mkdir("database")
            write_table_scrape(folder / "scrape", SCRAPE)
            store.put(f"{folder / 'scrape'}/", "database/scrape/", recursive=True)
            yield store
        finally:
            s3fs.S3FileSystem.clear_instance_cache()
            server.terminate()
            server.wait()


@pytest.fixture(scope="module")
def expected(bucket: s3fs.S3FileSystem, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The tables of the same scrape on a disk."""
    folder = tmp_path_factory.mktemp("disk")
    bucket.get("database/scrape/", str(folder / "scrape"), recursive=True)
    config = configured(str(folder / "scrape"), str(folder / "out"))
    assert run_job(config).exit_code == EXIT_OK
    return comparable_tables(config.output)


def configured(scrape: str, output: str) -> Config:
    return load_config([], settings(scrape, output), {}).config


def settings(scrape: str, output: str) -> list[str]:
    face = "{x: face_x, y: face_y, w: face_w, h: face_h}"
    return [
        f"source={{kind: table, path: '{scrape}/{TABLE}', columns: {{face: {face}}}}}",
        f"output={output}",
        "method=article",
        "cluster.workers=2",
        "run.batch_size=4",
    ]


def driver(output: str, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the job as a process, with workers of its own, in a session of its own."""
    (folder / "empty.yaml").write_text("{}")
    sets = [word for setting in settings("s3://database/scrape", output) for word in ("--set", setting)]
    with log.open("wb") as handle:
        return subprocess.Popen(
            [sys.executable, "-m", "hairpipe.cli", "run", str(folder / "empty.yaml"), *sets],
            stdout=handle,
            stderr=handle,
            start_new_session=True,
        )


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def states(bucket: s3fs.S3FileSystem, under: str) -> dict[str, tuple[object, object]]:
    found = bucket.find(under, detail=True)
    return {name: (info.get("ETag"), info.get("LastModified")) for name, info in found.items()}


def test_run_again_and_verify(
    bucket: s3fs.S3FileSystem, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    output = "s3://database/first"
    log = tmp_path / "log"
    assert driver(output, tmp_path, log).wait(timeout=200) == EXIT_OK, log.read_text()
    assert comparable_tables(output) == expected
    assert verify(Folder(output)).problems == ()
    before = states(bucket, "database/first")
    assert run_job(configured("s3://database/scrape", output)).exit_code == EXIT_OK
    assert states(bucket, "database/first") == before
    assert_no_secret(bucket, "database/first", log.read_bytes())


def test_a_killed_run_is_carried_on(
    bucket: s3fs.S3FileSystem, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    output = "s3://database/second"
    log = tmp_path / "log"
    running = driver(output, tmp_path, log)
    try:
        wait_until(lambda: any(".hairpipe/staging/" in name for name in states(bucket, "database/second")))
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    heard: list[Event] = []
    config = configured("s3://database/scrape", output)
    assert run_job(config, [heard.append]).exit_code == EXIT_OK
    (planned,) = (event for event in heard if isinstance(event, RunPlanned))
    assert planned.resumed > 0
    assert comparable_tables(output) == expected
    assert verify(Folder(output)).problems == ()
    assert_no_secret(bucket, "database/second", log.read_bytes())


def assert_no_secret(bucket: s3fs.S3FileSystem, under: str, log: bytes) -> None:
    """Look for the credentials in a log and in all that was written, inside of Parquet too."""
    written = {"log": log}
    for name in bucket.find(under):
        data = bucket.cat_file(name)
        written[name] = data
        if name.endswith(".parquet"):
            table = pq.read_table(io.BytesIO(data))
            written[f"{name} (rows)"] = repr((table.schema, table.to_pylist())).encode()
    for name, data in written.items():
        assert SECRET.encode() not in data, name
        assert KEY_ID.encode() not in data, name
