from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.report.results import open_results
from hairpipe.review.server import listening_socket
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import read_labels
from tests.report.drawn_output import RUN_ID, DrawnRow, drawn, write_output
from tests.review.serving import ask, port_of, served

ROWS = [DrawnRow("a", "Asuka", "red"), DrawnRow("b", "Rei", "blue"), DrawnRow("c", status="missing")]


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    return write_output(tmp_path, ROWS)


@pytest.fixture
def port(output: Folder) -> Iterator[int]:
    """Port of a running review server."""
    with served(output) as address:
        yield port_of(address)


GOOD = {
    "portrait_id": "a",
    "source": "drawn",
    "version": RUN_ID,
    "label": "good",
    "names": [],
    "picked": "browsed",
}


def test_a_label_is_saved_and_listed(port: int, output: Folder) -> None:
    response, body = ask(port, "POST", "/api/labels", GOOD, Origin=f"http://127.0.0.1:{port}")
    assert response.status == 200
    assert json.loads(body)["labelled"] == {"good": 1, "so_so": 0, "ugly": 0, "no_hair": 0}

    [label] = read_labels(output)
    assert (label.portrait_id, label.label, label.method, label.reviewer) == ("a", "good", "article", "ann")
    row = open_results(output.url).portrait(drawn("a"))
    assert row is not None
    assert label.image_digest == row["image_digest"]
    assert label.mask_digest
    _, body = ask(port, "GET", "/api/portraits?label=good")
    assert [item["portrait_id"] for item in json.loads(body)["items"]] == ["a"]


def test_what_another_window_judged_is_told(port: int) -> None:
    ask(port, "POST", "/api/labels", GOOD)
    _, body = ask(port, "GET", "/api/changes?since=0")

    assert [(each["portrait_id"], each["judged"]["label"]) for each in json.loads(body)["labels"]] == [
        ("a", "good")
    ]
    assert json.loads(ask(port, "GET", "/api/changes?since=1")[1])["labels"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://example.org"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/api/start", "/picture?id=a", "/api/regions?id=a", "/static/review.js"]
)
def test_a_foreign_host_or_origin_is_refused(port: int, headers: dict[str, str], path: str) -> None:
    assert ask(port, "GET", path, **headers)[0].status == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://example.org"}, {"Host": "example.org"}, {"Content_Type": "text/plain"}]
)
def test_a_foreign_page_can_not_label(port: int, output: Folder, headers: dict[str, str]) -> None:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    assert ask(port, "POST", "/api/labels", GOOD, **sent)[0].status == 403
    assert read_labels(output) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**GOOD, "portrait_id": "nobody"}, 404),
        ({**GOOD, "version": "another"}, 409),
        ({**GOOD, "label": "fine"}, 400),
        ({**GOOD, "names": ["mauve"]}, 400),
        ({**GOOD, "names": ["red"] * 13}, 400),
        ({**GOOD, "reasons": ["mood"]}, 400),
        ({**GOOD, "hair": {"height": 4, "width": 4, "counts": "nonsense"}}, 400),
        ({**GOOD, "hair": {"height": 10**6, "width": 10**6, "counts": "0"}}, 400),
        ({**GOOD, "portrait_id": "c"}, 400),
        ({**GOOD, "picked": None}, 400),
        ([], 400),
    ],
)
def test_a_wrong_judgement_is_refused(port: int, output: Folder, body: Any, status: int) -> None:
    assert ask(port, "POST", "/api/labels", body)[0].status == status
    assert read_labels(output) == []


@pytest.mark.parametrize(
    "query",
    [
        "size=x",
        "size=100000",
        "place=-1",
        f"place={'9' * 30}",
        f"place={'9' * 5000}",
        "quality_from=nan",
        "quality_to=1e999",
        "sorting=up",
        "since=1&label=x",
        f"search={'x' * 300}",
    ],
)
def test_a_wrong_listing_is_refused(port: int, query: str) -> None:
    assert ask(port, "GET", f"/api/portraits?{query}")[0].status == 400


@pytest.mark.parametrize("view", ["original", "mask", "hair", "reduced"])
def test_every_view_is_a_picture_of_the_portraits_size(port: int, view: str) -> None:
    response, body = ask(port, "GET", f"/picture?id=a&source=drawn&view={view}&version={RUN_ID}")

    assert response.headers["Content-Type"] == "image/jpeg"
    assert cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR).shape == (84, 60, 3)


def test_a_picture_that_is_gone_is_drawn_as_such(port: int) -> None:
    response, _ = ask(port, "GET", f"/picture?id=c&source=drawn&version={RUN_ID}")

    assert (response.status, response.headers["Content-Type"]) == (200, "image/svg+xml")
    assert ask(port, "GET", f"/picture?id=../../etc/passwd&source=drawn&version={RUN_ID}")[0].status == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/api/portraits?place={10**9}",
        "/api/portraits?quality_from=0.5&status=%00&color=%ff&search=%ed%a0%80",
        f"/api/changes?since={'9' * 30}",
        "/api/changes?since=-5",
        "/api/changes",
        "/static/%00",
        f"/static/{'x' * 5000}",
        "/static/..%2f..%2fserver.py",
        f"/picture?id=a&source=drawn&version={RUN_ID}&size={'9' * 30}",
        "/picture?id=%00&source=%00&version=%00",
        "/api/regions?id=%00&source=%00&version=%00",
        "/api/regions",
        f"/api/regions?id=c&source=drawn&version={RUN_ID}",
        "/%00",
    ],
)
def test_nonsense_is_no_fault_of_the_server(port: int, path: str) -> None:
    assert ask(port, "GET", path)[0].status < 500


def test_a_body_without_end_is_refused(port: int, output: Folder) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(
            f"POST /api/labels HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        with suppress(ConnectionError):
            while sent < 2**26:
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
        with suppress(ConnectionError):
            assert connection.recv(100).startswith(b"HTTP/1.1 413")
    assert sent < 2**26
    response, _ = ask(port, "POST", "/api/labels", {**GOOD, "portrait_id": "x" * 2**17})
    assert response.status == 413
    assert ask(port, "POST", "/api/labels", GOOD)[0].status == 200


@pytest.mark.parametrize("body", ["[" * 5000, '{"portrait_id": "\\ud800"}', "\x00", "nan", ""])
def test_a_body_that_is_no_judgement(port: int, body: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("POST", "/api/labels", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 400


def test_pages_may_load_nothing_from_elsewhere(port: int) -> None:
    response, _ = ask(port, "GET", "/")

    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {number} .* --port"):
            listening_socket(number)


def test_one_answer_is_for_all_that_show_the_picture(tmp_path: Path) -> None:
    rows = [DrawnRow("a"), DrawnRow("b"), DrawnRow("c", mask_error=0.2), DrawnRow("other")]
    digest = {"image_digest": "the same"}
    same = [replace(row, attributes=digest) for row in rows[:3]]
    output = write_output(tmp_path, [*same, rows[3]])
    with served(output) as address:
        port = port_of(address)
        answer = ask(port, "POST", "/api/labels", {**GOOD, "names": ["red"], "picked": "random"})[1]
        assert {each["portrait_id"] for each in json.loads(answer)["labels"]} == {"a", "b", "c"}
    found = {label.portrait_id: label for label in read_labels(output)}
    assert {name: label.names for name, label in found.items()} == dict.fromkeys("abc", ("red",))
    assert (found["a"].label, found["c"].label) == ("good", None)
    assert [found[name].picked for name in "abc"] == ["random", "browsed", "browsed"]
