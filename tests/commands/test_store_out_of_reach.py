"""An object store that refuses, stalls, cuts off or says no: one sentence, the right code, nothing lost."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
import s3fs

from hairpipe.errors import StoreError
from hairpipe.storage.failures import PATIENCE_VARIABLE
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import OutputLock, read_holder
from hairpipe.store.publish import publish as publishing
from tests.commands.scrapes import Scrape, Told, hairpipe
from tests.flaky_proxy import Behavior, FlakyProxy
from tests.run.dask_processes import wait_until
from tests.store.portraits import batch_row, publish_rows

READING = [("status",), ("runs",), ("verify",), ("files",), ("rollback",), ("columns",)]
WRITING = [("gc",), ("rollback", "1")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of an S3 server, a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(port), 200)
        yield port
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Forget whatever stores this process has talked to."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # The library's own few tries, each after a pause of its own.
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    yield monkeypatch
    s3fs.S3FileSystem.clear_instance_cache()


def be_impatient(environment: pytest.MonkeyPatch) -> None:
    """Wait for no store from now on: where it is to fail, not while a busy machine may be slow."""
    environment.setenv(PATIENCE_VARIABLE, "1")
    timeouts = {"connect_timeout": 2, "read_timeout": 0.3}
    environment.setitem(fsspec.config.conf, "s3", {"config_kwargs": timeouts})


@pytest.fixture
def proxy(server: int, environment: pytest.MonkeyPatch) -> Iterator[FlakyProxy]:
    """Return what lies between this process and the server."""
    proxy = FlakyProxy(server)
    environment.setenv("AWS_ENDPOINT_URL", proxy.url)
    yield proxy
    proxy.close()


@pytest.fixture
def output(proxy: FlakyProxy) -> Folder:
    """Return an output of one version in a bucket of its own."""
    bucket = f"characters-{uuid.uuid4().hex}"
    s3fs.S3FileSystem(use_listings_cache=False).mkdir(bucket)
    folder = Folder(f"s3://{bucket}/out")
    publish_rows(folder, [batch_row("a"), batch_row("b")])
    return folder


def told_once(told: Told, code: int, words: str) -> None:
    assert told.code == code, told
    assert words in told.error
    assert "\n" not in told.error


@pytest.mark.parametrize("behavior", [Behavior.REFUSE, Behavior.STALL])
def test_a_store_that_is_away_is_told(
    proxy: FlakyProxy, output: Folder, behavior: Behavior, environment: pytest.MonkeyPatch
) -> None:
    proxy.behave(behavior)
    with environment.context() as patched:
        be_impatient(patched)
        for name, *rest in [*READING, *WRITING]:
            told_once(hairpipe(name, output.url, *rest), 75, "the store does not answer as it should")
    proxy.behave(Behavior.PASS)
    assert hairpipe("verify", output.url).code == 0


def test_a_store_that_nobody_listens_for_is_told(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    be_impatient(environment)
    told_once(hairpipe("verify", "s3://bucket/out"), 75, "the store does not answer as it should")


def test_an_answer_that_is_cut_off_is_asked_for_again(
    proxy: FlakyProxy, output: Folder, environment: pytest.MonkeyPatch
) -> None:
    proxy.behave(Behavior.CUT, cut_after=1000)
    with environment.context() as patched:
        be_impatient(patched)
        told_once(hairpipe("verify", output.url), 75, "the store does not answer as it should")
    for behavior, cut_after in ((Behavior.CUT, 1000), (Behavior.CUT, 0), (Behavior.REFUSE, 0)):
        before = proxy.refused
        proxy.behave(behavior, times=1, cut_after=cut_after)
        assert hairpipe("verify", output.url).code == 0
        assert proxy.refused == before + 1


def test_a_put_whose_answer_got_lost_is_one_put(proxy: FlakyProxy, output: Folder) -> None:
    for number in range(3):
        proxy.behave(Behavior.CUT, times=1, cut_after=0)
        assert output.create(f"new-{number}", b"mine")
        assert not output.create(f"new-{number}", b"theirs")
        assert output.read(f"new-{number}") == b"mine"


def test_no_credentials_are_a_wrong_configuration(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    environment.delenv("AWS_ACCESS_KEY_ID")
    environment.delenv("AWS_SECRET_ACCESS_KEY")
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name, *rest in [*READING, *WRITING]:
        told = hairpipe(name, "s3://bucket/out", *rest)
        told_once(told, 2, "the store's credentials are missing or wrong (Unable to locate credentials)")


@pytest.mark.parametrize(
    ("status", "error_code", "code", "words"),
    [
        (403, "InvalidAccessKeyId", 2, "credentials are missing or wrong"),
        (403, "SignatureDoesNotMatch", 2, "credentials are missing or wrong"),
        (400, "ExpiredToken", 75, "credentials have expired"),
        (403, "AccessDenied", 75, "no permission"),
        (503, "SlowDown", 75, "does not answer as it should"),
        (500, "InternalError", 75, "does not answer as it should"),
    ],
)
def test_what_a_store_answers_is_told(
    environment: pytest.MonkeyPatch, status: int, error_code: str, code: int, words: str
) -> None:
    body = f"<Error><Code>{error_code}</Code><Message>no {error_code}</Message></Error>".encode()

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{store.server_port}")
        if status >= 500:
            environment.setenv(PATIENCE_VARIABLE, "1")
        told_once(hairpipe("rollback", "s3://bucket/out"), code, words)
        store.shutdown()


def test_a_bucket_that_is_not_there_is_a_wrong_configuration(
    proxy: FlakyProxy, tmp_path: Path, scheduler: str
) -> None:
    scrape = Scrape(tmp_path / "scrape", tmp_path / "out", scheduler)
    scrape.write([{"id": "1"}])
    told = hairpipe("run", scrape.config, "--set", "output=s3://no-such-bucket-here/out")
    told_once(told, 2, "there is no such bucket")


def test_a_run_whose_store_goes_away_before_it_publishes(
    proxy: FlakyProxy, output: Folder, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    scrape = Scrape(tmp_path / "scrape", tmp_path / "out", "")
    scrape.write([{"id": "1"}, {"id": "2"}])
    # Workers of its own, which inherit the environment.
    local = tmp_path / "local.yaml"
    local.write_text("cluster: {kind: local, workers: 1}")
    command = ("run", scrape.config, local, "--set", f"output={output.url}")
    commit = publishing.commit

    def cut_off(*arguments: object) -> object:
        proxy.behave(Behavior.REFUSE)
        return commit(*arguments)  # type: ignore[arg-type]

    with environment.context() as patched:
        patched.setenv(PATIENCE_VARIABLE, "5")
        patched.setattr(publishing, "commit", cut_off)
        told = hairpipe(*command)
    told_once(told, 75, "can't read")
    assert "/.hairpipe/lock: the store does not answer as it should" in told.error
    proxy.behave(Behavior.PASS)
    assert hairpipe("rollback", output.url).output.count("\n") == 1
    again = hairpipe(*command)
    assert again.code == 0, again
    assert verify(output).problems == ()


def test_a_heart_goes_on_beating_after_the_store_was_away(proxy: FlakyProxy, output: Folder) -> None:
    with OutputLock(Folder(output.url, patience=1), "run-9", beat_seconds=0.05) as lock:
        proxy.behave(Behavior.REFUSE)
        wait_until(lambda: proxy.refused >= 3)
        with pytest.raises(StoreError, match="does not answer as it should"):
            lock.confirm()
        proxy.behave(Behavior.PASS)
        before = read_holder(output)
        assert before is not None
        wait_until(lambda: (now := read_holder(output)) is not None and now.heartbeat > before.heartbeat)
        lock.confirm()
    assert read_holder(output) is None
