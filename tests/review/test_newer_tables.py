"""What an open review page does when the tables change under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from hairpipe.commands.tables import gc
from hairpipe.report.results import open_results
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import mask_digest, read_labels
from tests.browser import quiet_page
from tests.report.drawn_output import RUN_ID, DrawnRow, drawn, write_output
from tests.review.serving import ask, port_of, review_process, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NEWER_RUN = "20260203T040506Z-bbbbbb"


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    return write_output(tmp_path, [DrawnRow("a", "Asuka", "red"), DrawnRow("b", "Rei", "blue")])


@pytest.fixture
def port(output: Folder) -> Iterator[int]:
    """Port of the review of `output`, a process of its own."""
    with review_process(output) as (address, _):
        yield port_of(address)


def publish_again(tmp_path: Path) -> None:
    """Publish other masks of both portraits, and a third portrait."""
    rows = [
        DrawnRow("a", "Asuka", "red", mask_error=0.1),
        DrawnRow("b", "Rei", "blue", mask_error=0.1),
        DrawnRow("c", "Misato", "black"),
    ]
    write_output(tmp_path, rows, run_id=NEWER_RUN)


def collect(output: Folder) -> None:
    """Remove every version but the newest."""
    assert CliRunner().invoke(gc, [output.url, "--keep", "0"]).exit_code == 0


def judge(port: int, version: str, label: str | None = "good") -> int:
    """Judge a portrait as shown by that version of it, and return the answer's status."""
    sent = {"portrait_id": "a", "source": "drawn", "version": version, "label": label}
    response, _ = ask(port, "POST", "/api/labels", sent | {"names": [], "picked": "browsed"})
    return response.status


def picture(port: int, version: str) -> tuple[int, bytes]:
    """Return status and content of a portrait's mask view."""
    response, content = ask(port, "GET", f"/picture?id=a&source=drawn&view=mask&version={version}")
    return response.status, content


def told(port: int, path: str) -> Any:
    """Return the JSON that is told at a path."""
    return json.loads(ask(port, "GET", path)[1])


def shown_ids(port: int) -> set[str]:
    """Return the portraits that are listed."""
    return {item["portrait_id"] for item in told(port, "/api/portraits")["items"]}


def test_a_kept_version_is_judged_as_it_was_seen(port: int, output: Folder, tmp_path: Path) -> None:
    seen = open_results(output.url).regions(drawn("a")).hair
    publish_again(tmp_path)

    assert judge(port, RUN_ID) == 200
    assert seen is not None
    assert [label.mask_digest for label in read_labels(output)] == [mask_digest(seen)]


def test_a_page_loaded_anew_shows_the_newest_version(port: int, tmp_path: Path) -> None:
    before = told(port, "/api/start")
    publish_again(tmp_path)
    after = told(port, "/api/start")

    assert (before["portraits"], after["portraits"]) == (2, 3)
    assert before["tables"] < after["tables"]
    assert shown_ids(port) == {"a", "b", "c"}
    assert picture(port, NEWER_RUN)[0] == 200


def test_after_garbage_collection_the_newest_version_is_opened(
    port: int, output: Folder, tmp_path: Path
) -> None:
    before = told(port, "/api/start")
    publish_again(tmp_path)
    collect(output)

    assert picture(port, RUN_ID) == (409, b"portrait a has new results; look at them first\n")
    assert told(port, "/api/changes?since=0")["tables"] > before["tables"]
    assert shown_ids(port) == {"a", "b", "c"}
    assert picture(port, NEWER_RUN)[0] == 200


def test_results_that_were_not_seen_are_not_judged(port: int, output: Folder, tmp_path: Path) -> None:
    publish_again(tmp_path)
    collect(output)

    assert judge(port, RUN_ID) == 409
    assert read_labels(output) == []
    assert judge(port, NEWER_RUN) == 200
    assert judge(port, RUN_ID, label=None) == 200


def test_an_output_that_is_gone_is_told(port: int, output: Folder) -> None:
    rmtree(output.url)
    response, text = ask(port, "GET", "/api/start")

    assert response.status == 503
    assert b"holds no tables" in text


def test_the_page_lists_the_newest_portraits_by_itself(
    browser: Browser, output: Folder, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    with served(output) as origin, quiet_page(browser, origin) as page:
        page.goto(origin)
        expect(page.locator("#strip li")).to_have_count(2)
        publish_again(tmp_path)
        with quiet_page(browser, origin) as other:
            other.goto(origin)
            expect(other.locator("#strip li")).to_have_count(3)
        expect(page.locator("#strip li")).to_have_count(3)
        page.keyboard.press("1")
        expect(page.locator("#progress")).to_contain_text("1 good")
