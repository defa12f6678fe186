"""The gallery in a real browser: what a person does with it, and what a hostile scrape tries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hairpipe.report.counts.database import ReportDatabase
from hairpipe.report.gallery import overlay_path, sheet_path
from hairpipe.report.gallery_data import MOST_PORTRAITS, gallery_pictures, gallery_portraits
from hairpipe.report.page import write_report
from hairpipe.report.results import Results, open_results
from hairpipe.store.schema import TableName
from tests.browser import quiet_page
from tests.report.drawn_output import RUN_ID, DrawnRow, write_output

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "</script><!--<script><img src=x onerror=alert(1)>\u202e\x1b[31m'$(touch x)"
CARRY = {"gender": "string"}
ROWS = [
    *[
        DrawnRow(f"p{n}", f"Girl {n}", ["red", "blue"][n % 2], quality=n / 40, attributes={"gender": "f"})
        for n in range(40)
    ],
    DrawnRow(HOSTILE, HOSTILE, "blonde", quality=None, attributes={"gender": HOSTILE}),
    DrawnRow("h2", "javascript:alert(1)", "blonde", quality=None, attributes={"gender": HOSTILE}),
    DrawnRow("lost", "Lost", status="no_face", error=HOSTILE, quality=None),
    DrawnRow("m1", "Gone", status="missing", error="no such file", quality=None),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(write_report(write_output(tmp_path_factory.mktemp("drawn"), ROWS, CARRY).url, RUN_ID))


@pytest.fixture(params=[(1200, "light"), (420, "dark")], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Page]:
    width, scheme = request.param
    with quiet_page(browser, report.parents[3].as_uri(), width, scheme) as opened:
        opened.goto(report.as_uri())
        yield opened


def names(page: Page) -> list[str]:
    return page.locator("#gallery-tiles .tile b").all_inner_texts()


def choose(page: Page, column: str, text: str) -> None:
    select = page.locator(f'#gallery-filters select[name="{column}"]')
    select.select_option(value=select.locator("option", has_text=text).first.get_attribute("value"))


def wait_for_focus(page: Page, name: str) -> None:
    page.wait_for_function("name => document.activeElement.querySelector('b')?.innerText === name", arg=name)


def test_filters_search_and_order(page: Page) -> None:
    assert page.locator("#gallery-count").inner_text() == "44 of 44 portraits"
    assert names(page)[:2] == ["Girl 39", "Girl 38"]

    choose(page, "hair_color", "red (20)")
    assert names(page)[:2] == ["Girl 38", "Girl 36"]
    choose(page, "sort", "worst first")
    assert names(page)[:2] == ["Girl 0", "Girl 2"]
    choose(page, "group", "ugly")
    assert page.locator("#gallery-count").inner_text() == "11 of 44 portraits"
    page.locator("#gallery-filters button").click()
    page.locator(".tile").nth(23).wait_for()

    page.locator("input[name=search]").fill("GIRL 3")
    assert len(names(page)) == 11
    page.locator("input[name=search]").fill("p17")
    assert names(page) == ["Girl 17"]
    page.reload()
    assert names(page) == ["Girl 17"]


def test_a_colour_of_the_chart_leads_to_its_portraits(page: Page) -> None:
    page.locator(".colors a", has_text="blue").click()

    page.locator("#gallery-count", has_text="20 of 44").wait_for()
    assert set(names(page)) <= {f"Girl {n}" for n in range(1, 40, 2)}


def test_a_portrait_is_enlarged_with_all_that_is_known(page: Page) -> None:
    page.locator("input[name=search]").fill("p17")
    page.locator(".tile").click()

    dialog = page.locator("dialog")
    dialog.locator("svg.lines").wait_for()
    assert dialog.locator("h2").inner_text() == "Girl 17"
    facts = dialog.locator("dl").inner_text()
    assert [part in facts for part in ("p17", "blue", "0.42", "ugly", "000017.png")] == [True] * 5
    swatches = [" ".join(text.split()) for text in dialog.locator(".swatches li").all_inner_texts()]
    assert swatches == ["#2846c8 blue, 75%", "#1e1e24 black, 25%"]
    assert dialog.locator("#portrait-command").inner_text().startswith("hairpipe explain /")
    assert dialog.locator("a").get_attribute("href").startswith("file:///")  # type: ignore[union-attr]
    assert page.evaluate("document.querySelector('.stage img').naturalWidth") == 60
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("(d => d.scrollWidth <= d.clientWidth)(document.querySelector('dialog'))")
    dialog.locator("#portrait-lines").uncheck()
    assert not dialog.locator("svg.lines").is_visible()


def test_everything_is_within_reach_of_the_keyboard(page: Page) -> None:
    page.locator("input[name=search]").focus()
    page.keyboard.type("girl")
    page.locator(".tile").first.focus()
    page.keyboard.press("ArrowRight")
    if page.viewport_size == {"width": 420, "height": 900}:
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    title = page.locator("#portrait-title")
    assert title.inner_text() == "Girl 38"
    page.keyboard.press("ArrowRight")
    assert title.inner_text() == "Girl 37"
    page.keyboard.press("Escape")
    # The browser tells the page that the dialog is closed some time after it is.
    wait_for_focus(page, "Girl 37")

    page.locator("#gallery-more").press("Enter")
    wait_for_focus(page, "Girl 15")
    assert len(names(page)) == 40


def test_a_hostile_scrape_shows_as_text(page: Page) -> None:
    shown = HOSTILE.replace("\u202e", r"\u202e").replace("\x1b", r"\x1b")
    page.locator("input[name=search]").fill("<script>")
    assert names(page) == [shown]
    page.locator(".tile").click()
    assert page.locator("#portrait-title").inner_text() == shown
    command = page.locator("#portrait-command").inner_text()
    assert command.endswith(
        r"""'</script><!--<script><img src=x onerror=alert(1)>\u202e\x1b[31m\'$(touch x)'"""
    )
    page.locator("#portrait-close").click()
    page.locator("input[name=search]").fill("h2")
    page.locator(".tile").click()
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.locator("dialog img[src=x]").count() == 0


def test_where_pictures_are_gone_the_pages_own_are_shown(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "report.html"
    shutil.copy(report, alone)
    page = browser.new_page()
    page.goto(alone.as_uri())
    page.locator(".tile :is(img, .nothing)").nth(23).wait_for()
    assert page.locator(".tile img").count() > 10
    page.close()


def test_thumbnails_are_made_once_for_the_rows_of_a_run(tmp_path: Path) -> None:
    folder = write_output(tmp_path, [DrawnRow(f"p{n}") for n in range(20)])
    write_report(folder.url)
    sheets = [sheet_path(RUN_ID, 0), sheet_path(RUN_ID, 1)]
    first = {path: (Path(folder.url) / path).stat().st_ino for path in sheets}
    write_output(tmp_path, [DrawnRow("new")], run_id="20260103T030405Z-bbbbbb")
    write_report(folder.url)

    assert {path: (Path(folder.url) / path).stat().st_ino for path in sheets} == first
    assert folder.exists(sheet_path("20260103T030405Z-bbbbbb", 0))
    lines = cv2.imdecode(np.frombuffer(folder.read(overlay_path(RUN_ID, 0)), np.uint8), cv2.IMREAD_UNCHANGED)
    assert lines.shape[2] == 4
    assert 0 < (lines[..., 3] > 0).mean() < 0.2


def test_a_page_holds_fifty_thousand_portraits_and_of_more_always_the_same(tmp_path: Path) -> None:
    folder = write_output(tmp_path, ROWS[:40], CARRY)
    # The thumbnails are there: copies get none.
    write_report(folder.url)
    results = open_results(folder.url)
    drawn = results.store.read(TableName.PORTRAITS)
    copies = [drawn.set_column(0, drawn.field(0), _renumbered(drawn, copy)) for copy in range(1310)]

    text, ids = _gallery(results, copies[:1300])
    _, of_more = _gallery(results, copies)

    assert len(ids) == MOST_PORTRAITS
    assert len(text.encode()) < 8_000_000
    assert len({*ids} & {*of_more}) > 0.98 * MOST_PORTRAITS
    assert json.loads(text)["portraits"]["total"] == 52_000


def _gallery(results: Results, portraits: Sequence[pa.Table]) -> tuple[str, list[str]]:
    with ReportDatabase(portraits, results.store.carry) as database:
        told, chosen = gallery_portraits(results, database)
    pictures = gallery_pictures(results, chosen, lambda done, total: None)
    return f'{{"portraits":{told},"pictures":{pictures}}}', chosen["portrait_id"].to_pylist()


def _renumbered(portraits: pa.Table, copy: int) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(portraits["portrait_id"], str(copy), "-")


def test_what_people_said_is_in_the_gallery(tmp_path: Path) -> None:
    results = open_results(write_output(tmp_path, [DrawnRow("a"), DrawnRow("b")]).url)
    portraits = results.store.read(TableName.PORTRAITS)
    for name, value in {"label": "so_so", "corrected_color": "pink", "final_color": "pink"}.items():
        place = portraits.schema.get_field_index(name)
        said = pa.array([value, None], pa.string())
        portraits = portraits.set_column(place, portraits.field(place), said)

    text, _ = _gallery(results, [portraits])

    coded = json.loads(text)["portraits"]["coded"]
    assert coded["label"] == {"values": ["so_so"], "codes": [0, -1]}
    assert coded["hair_color"] == {"values": ["pink", "blue"], "codes": [0, 1]}
