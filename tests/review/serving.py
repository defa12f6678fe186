"""Running review servers."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from hairpipe.report.results import open_results
from hairpipe.review.server import address, listening_socket, review_server
from hairpipe.review.service import ReviewService
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import LabelStore


@contextmanager
def served(output: Folder) -> Iterator[str]:
    """Serve an output's review page from this process and give its address."""
    service = ReviewService(open_results(output.url), LabelStore(output, "ann"))
    with listening_socket(0) as listener:
        server = review_server(service, listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def review_process(output: Folder) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run ``hairpipe review`` as a process of its own and give the page's address."""
    command = [sys.executable, "-m", "hairpipe.cli", "review", output.url, "--reviewer", "ann"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[0], process
        finally:
            process.kill()


def port_of(address: str) -> int:
    """Return the port of an address."""
    port = urlsplit(address).port
    assert port is not None
    return port


def ask(
    port: int, method: str, path: str, body: Any = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Send a request, `body` as JSON, and give the answer and what it holds."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            data = json.dumps(body)
        connection.request(method, path, data, sent)
        response = connection.getresponse()
        return response, response.read()
