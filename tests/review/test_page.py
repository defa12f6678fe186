"""The review page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hairpipe.storage.folder import Folder
from hairpipe.store.labels import read_labels, standing
from tests.browser import quiet_page
from tests.report.drawn_output import DrawnRow, drawn, write_output
from tests.review.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

HOSTILE = "</script><img src=x onerror=alert(1)><b>&amp;"
ROWS = [
    *[DrawnRow(f"p{n:02d}", f"Girl {n}", ["red", "blue"][n % 2], quality=n / 100) for n in range(60)],
    DrawnRow("hostile", HOSTILE, "blonde", quality=0.99),
    DrawnRow('"><script>alert(2)</script>', HOSTILE, status="no_face", error=HOSTILE, quality=None),
]


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    return write_output(tmp_path, ROWS)


@pytest.fixture
def origin(output: Folder) -> Iterator[str]:
    """Address of a running review page."""
    with served(output) as address:
        yield address


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """The page, opened."""
    with quiet_page(browser, origin) as opened:
        opened.goto(origin)
        opened.wait_for_selector("#strip button[aria-current=true]")
        yield opened


def shown(page: Page) -> str:
    """The id of the portrait on the page."""
    return page.locator("#identifier").inner_text()


def press(page: Page, key: str) -> str:
    """Press a key, wait until the page shows another portrait, and return the one it was pressed on."""
    before = shown(page)
    page.keyboard.press(key)
    expect(page.locator("#identifier")).not_to_have_text(before)
    return before


def judge(page: Page, key: str) -> str:
    """Judge the mask by a key, say that the rest is right, and return the portrait that it was said of."""
    page.keyboard.press(key)
    return press(page, "Enter")


def labels(output: Folder) -> dict[str, str | None]:
    return {key.portrait_id: label.label for key, label in standing(read_labels(output)).items()}


def test_labels_by_keyboard_are_saved_and_found_after_a_reload(page: Page, output: Folder) -> None:
    judged = {judge(page, "1"): "good", judge(page, "2"): "so_so", judge(page, "3"): "ugly"}
    judged[press(page, "0")] = "no_hair"
    skipped = press(page, "ArrowRight")
    assert labels(output) == judged

    page.reload()
    page.wait_for_selector("#strip button[aria-current=true]")

    assert page.locator("#progress").inner_text().startswith("1 good, 1 so-so, 1 ugly, 1 no hair")
    assert shown(page) == skipped
    page.select_option("[name=label]", "ugly")
    expect(page.locator("#strip li")).to_have_count(1)
    assert judged[shown(page)] == "ugly"
    assert page.locator("#judge [aria-pressed=true]").inner_text().endswith("Ugly")


def test_undo_takes_the_last_judgement_back(page: Page, output: Folder) -> None:
    first = judge(page, "1")
    second = judge(page, "3")
    assert press(page, "u") != second
    assert shown(page) == second
    assert labels(output) == {first: "good", second: "ugly"}

    page.keyboard.press("u")
    expect(page.locator("#progress")).to_contain_text("1 good, 0 so-so, 0 ugly")
    assert labels(output) == {first: "good"}


def test_names_and_faults_are_said_by_keys(page: Page, output: Folder) -> None:
    portrait_id = shown(page)
    for key in "h95y":
        page.keyboard.press(key)
    judge(page, "2")

    label = standing(read_labels(output))[drawn(portrait_id)]
    assert (label.label, label.names, label.reasons) == ("so_so", ("purple", "pink"), ("other", "background"))
    assert label.corrected_color == "purple"


def test_enter_says_that_all_is_right(page: Page, output: Folder) -> None:
    color = page.locator("#found").inner_text().removeprefix("found: ")
    portrait_id = press(page, "Enter")
    label = standing(read_labels(output))[drawn(portrait_id)]

    assert (label.label, label.names, label.corrected_color) == ("good", (color,), None)


def test_several_of_the_strip_are_judged_at_once(page: Page, output: Folder) -> None:
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#strip button").nth(4).click(modifiers=["Shift"])
    expect(page.locator("#strip [aria-pressed=true]")).to_have_count(5)
    page.keyboard.press("3")
    press(page, "Enter")
    assert [*labels(output).values()] == ["ugly"] * 5

    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(page.locator("#progress")).to_have_text("0 good, 0 so-so, 0 ugly, 0 no hair")


def test_filters_narrow_the_listing_and_stay_in_the_address(page: Page) -> None:
    page.select_option("[name=color]", "blue")
    page.fill("[name=search]", "girl 1")
    expect(page.locator("#strip-title")).to_have_text("1 of 6")
    page.reload()
    expect(page.locator("#strip-title")).to_have_text("1 of 6")

    assert page.input_value("[name=color]") == "blue"
    assert page.locator("#outcome").inner_text().startswith("blue")


def test_views_are_gone_through_by_a_key(page: Page) -> None:
    for view in ("original", "mask", "hair", "reduced", "outline"):
        page.keyboard.press("v")
        page.wait_for_selector(f"#views [data-view={view}][aria-pressed=true]")
        expect(page.locator("#portrait")).to_have_js_property("naturalWidth", 60)


def test_hostile_text_stays_text(page: Page) -> None:
    page.select_option("[name=status]", "")
    page.fill("[name=search]", "onerror")
    expect(page.locator("#strip-title")).to_have_text("1 of 2")
    for _ in range(2):
        assert page.locator("#name").inner_text() == HOSTILE
        page.keyboard.press("ArrowRight")

    assert page.locator("#stage script, #stage b, #strip b").count() == 0


def test_two_windows_see_each_others_labels(
    page: Page, browser: Browser, origin: str, output: Folder
) -> None:
    with quiet_page(browser, origin) as other:
        other.goto(origin)
        other.wait_for_selector("#strip button[aria-current=true]")
        mine = judge(page, "1")
        expect(other.locator("#progress")).to_contain_text("1 good")
        theirs = press(other, "ArrowRight")
        assert theirs == mine
        second = judge(other, "2")

    assert labels(output) == {mine: "good", second: "so_so"}


def test_the_page_fits_a_narrow_dark_window(browser: Browser, origin: str) -> None:
    with quiet_page(browser, origin, width=360, scheme="dark") as page:
        page.goto(origin)
        page.wait_for_selector("#strip button[aria-current=true]")

        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 22, 27)"


def test_all_judged_is_told(page: Page) -> None:
    page.select_option("[name=label]", "none")
    page.fill("[name=search]", "girl 1")
    expect(page.locator("#strip-title")).to_have_text("1 of 11")
    page.keyboard.press("Escape")
    for _ in range(10):
        press(page, "Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_have_text("All of these judged.")
