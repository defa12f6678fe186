"""Correcting a mask by its regions, in a real browser, up to the tables that readers see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from hairpipe.commands.review import review
from hairpipe.storage.folder import Folder
from hairpipe.store.labels import read_labels
from hairpipe.store.masks import decode_mask
from tests.browser import quiet_page
from tests.report.drawn_output import DrawnRow, drawn_picture, write_output
from tests.review.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

IMAGE, HAIR = drawn_picture("red", 0)


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    """A portrait whose mask is all wrong, and the same picture again under another id."""
    rows = [DrawnRow("a", "Asuka", "red", mask_error=1.0), DrawnRow("b", "Rei", "blue")]
    return write_output(tmp_path, rows)


@pytest.fixture
def page(browser: Browser, output: Folder) -> Iterator[Page]:
    """The page, opened on the first portrait."""
    with served(output) as origin, quiet_page(browser, origin) as opened:
        opened.goto(f"{origin}?search=asuka")
        opened.wait_for_selector("#strip button[aria-current=true]")
        yield opened


def click(page: Page, x: float, y: float) -> None:
    """Click on a pixel of the picture."""
    box = page.locator("#overlay").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * (x + 0.5) / 60, box["y"] + box["height"] * (y + 0.5) / 84)


def test_a_mask_corrected_by_clicks_is_found_in_the_tables(page: Page, output: Folder) -> None:
    page.keyboard.press("c")
    expect(page.locator("#tools")).to_be_visible()
    page.keyboard.press("x")
    click(page, 30, 12)
    click(page, 30, 42)
    # The face was a mistake.
    page.keyboard.press("z")
    page.keyboard.press("Enter")
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#correct")).to_have_text("c Corrected")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()

    page.goto(page.url.split("?")[0] + "?label=any")
    expect(page.locator("#identifier")).to_have_text("a")
    expect(page.locator("#correct")).to_have_text("c Corrected")
    assert [label.names for label in read_labels(output)][-1] == ("red",)

    told = CliRunner().invoke(review, [output.url, "--publish"], catch_exceptions=False)
    assert told.output == "version 2 has what was said\n"
    masks = pq.read_table(f"{output.url}/masks")
    [mask] = masks.filter(pc.equal(masks["made_by"], "person")).to_pylist()
    painted = decode_mask(mask["counts"], mask["height"], mask["width"])
    assert (painted & HAIR).sum() / (painted | HAIR).sum() > 0.95
    rows = {row["portrait_id"]: row for row in pq.read_table(f"{output.url}/portraits").to_pylist()}
    assert (rows["a"]["label"], rows["a"]["hair_color"], rows["a"]["final_color"]) == ("ugly", "red", "red")
    assert (rows["b"]["label"], rows["b"]["final_color"]) == (None, "blue")


def test_what_is_painted_is_what_was_seen(page: Page, output: Folder) -> None:
    page.keyboard.press("c")
    expect(page.locator("#tools")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("b")
    click(page, 10, 70)
    page.keyboard.press("Enter")
    expect(page.locator("#tools")).to_be_hidden()

    [label] = read_labels(output)
    assert label.hair is not None
    rows, columns = np.nonzero(label.hair.mask)
    assert (rows.mean(), columns.mean()) == pytest.approx((70, 10), abs=0.5)
    assert 3 < len(rows) < 60


def test_a_cancelled_correction_saves_nothing(page: Page, output: Folder) -> None:
    page.keyboard.press("c")
    expect(page.locator("#tools")).to_be_visible()
    click(page, 30, 12)
    page.keyboard.press("Escape")
    expect(page.locator("#tools")).to_be_hidden()

    assert read_labels(output) == []
