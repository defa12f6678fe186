"""The report, as text and in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hairpipe.errors import ConfigError
from hairpipe.report.page import write_report
from hairpipe.storage.folder import Folder
from tests.browser import quiet_page
from tests.report.drawn_output import RUN_ID, DrawnRow, write_output

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "</style></script><!--<script><img src=x onerror=alert(1)><script>alert(2)</script>\u202e\x1b[31m"
SHOWN = HOSTILE.replace("\u202e", r"\u202e").replace("\x1b", r"\x1b")
CARRY = {"gender": "string"}
ROWS = [
    *[
        DrawnRow(f"p{n}", f"Girl {n}", ["red", "blue"][n % 2], quality=n / 30, attributes={"gender": "f"})
        for n in range(30)
    ],
    DrawnRow("h1", HOSTILE, "blonde", attributes={"gender": HOSTILE}),
    DrawnRow(HOSTILE, HOSTILE, "black", attributes={"gender": HOSTILE}),
    DrawnRow("h3", HOSTILE, status="no_face", error=HOSTILE, quality=None),
    DrawnRow("m1", "gone", status="missing", error="no such file", quality=None),
]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = write_output(tmp_path_factory.mktemp("drawn"), ROWS, CARRY)
    event = {
        "event": "BatchFinished",
        "worker": HOSTILE,
        "portraits": 34,
        "seconds": 2.0,
        "peak_bytes": 2**28,
    }
    folder.write(f"runs/{RUN_ID}/events.jsonl", json.dumps(event).encode())
    return folder


def test_the_report_of_a_run_lies_with_its_record(output: Folder) -> None:
    path = write_report(output.url, RUN_ID)

    assert Path(path) == Path(output.url) / "runs" / RUN_ID / "report.html"


def test_the_report_holds_no_untrusted_markup(output: Folder) -> None:
    text = Path(write_report(output.url, RUN_ID)).read_text()

    # The data and the script of the gallery.
    assert text.count("<script") == text.count("</script") == 2
    assert "<img src=x" not in text
    assert "\u202e" not in text.replace(text[text.index('id="gallery-data"') :], "")
    assert "&lt;script&gt;alert(2)" in text


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (360, "dark")])
@pytest.mark.parametrize("run_id", [None, RUN_ID])
def test_the_report_in_a_browser(
    browser: Browser, output: Folder, run_id: str | None, width: int, scheme: str
) -> None:
    address = Path(write_report(output.url, run_id)).as_uri()
    with quiet_page(browser, Path(output.url).as_uri(), width, scheme) as page:
        page.goto(address)

        titles = page.locator("h2").all_inner_texts()
        assert [title.split("\n")[0].split(" ")[0] for title in titles][:2] == ["Hair", "Gallery"]
        assert page.locator("h3", has_text="Status no_face").count() == 1
        assert ("Speed" in titles) == (run_id is not None)
        broken = "[...document.images].filter(image => !image.complete || !image.naturalWidth).length"
        assert page.locator("img").count() > 30
        assert page.evaluate(broken) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("td", has_text=SHOWN).count() >= 1


def test_without_a_script_the_report_reads_as_a_page(browser: Browser, output: Folder) -> None:
    address = Path(write_report(output.url)).as_uri()
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)

    assert not page.locator("#gallery").is_visible()
    assert page.locator("#samples figure").first.is_visible()
    assert page.get_by_text("With scripts allowed, all 34 portraits").is_visible()
    page.close()


def test_an_unknown_run_is_told(output: Folder) -> None:
    with pytest.raises(ConfigError, match=f"has no run 'other'; the last ones are: {RUN_ID}"):
        write_report(output.url, "other")


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tables"):
        write_report(str(tmp_path))


def test_changes_since_the_last_version_are_shown_before_and_after(tmp_path: Path) -> None:
    before = [DrawnRow("a", color="red"), DrawnRow("b", color="blue"), DrawnRow("z", "Zoe")]
    write_output(tmp_path, before, output="out")
    write_output(
        tmp_path,
        [DrawnRow("a", color="black"), DrawnRow("b", status="no_face"), DrawnRow("c")],
        removed=["z"],
    )

    text = Path(write_report(str(tmp_path / "out"))).read_text()

    assert "1 with another colour, 1 with another status, 1 new, 1 removed." in text
    assert "<tr><td>ok</td><td>no_face</td>" in text
    assert "<tr><td>red</td><td>black</td>" in text
    assert "before: red, 0.50" in text
    assert "now: black, 0.50" in text
    assert ">Zoe</b>" in text
    assert "<b>3</b> portraits<br><small>and 1 removed ones, not counted here" in text


def test_the_headline_counts_good_and_so_so(tmp_path: Path) -> None:
    rows = [DrawnRow(f"p{n}", color="red", quality=[0.9, 0.6, 0.2][n % 3]) for n in range(9)]
    text = Path(write_report(write_output(tmp_path, rows).url)).read_text()

    for group in ("good", "so_so", "ugly"):
        assert f'<div class="{group}"><b>3</b>' in text
    assert "6 portraits: good and so-so; 3 ugly ones are left out" in text
