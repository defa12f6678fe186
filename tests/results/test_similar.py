"""``hairpipe similar``: exactly the nearest palettes, however many portraits there are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from scipy.optimize import linprog

from hairpipe.commands.similar import similar
from hairpipe.errors import ConfigError
from hairpipe.extract.color.lab import delta_e_2000, rgb_to_lab
from hairpipe.report.results import Results, Tone
from hairpipe.results.selection import Selection, select
from hairpipe.results.similar import Query, nearest, query_of
from hairpipe.storage.folder import Folder
from tests.report.drawn_output import DrawnRow, write_output
from tests.store.portraits import batch_row, publish_rows

Colors = Sequence[tuple[str, float]]


def with_colors(portrait_id: str, colors: Colors, **changes: Any) -> dict[str, Any]:
    row = batch_row(portrait_id, colors=["blue"] * len(colors), **changes)
    for hair_color, (text, share) in zip(row["hair_colors"], colors, strict=True):
        hair_color |= {"hex": text, "share": share}
    return row


def exact_distance(one: Colors, other: Colors) -> float:
    """Return the earth mover's distance as the linear program that it is."""

    def lab(colors: Colors) -> np.ndarray[Any, Any]:
        return rgb_to_lab([[int(text[at : at + 2], 16) for at in (1, 3, 5)] for text, _ in colors])

    cost = delta_e_2000(lab(one)[:, None], lab(other))
    away = np.kron(np.eye(len(one)), np.ones(len(other)))
    into = np.kron(np.ones(len(one)), np.eye(len(other)))
    shares = [share for _, share in (*one, *other)]
    return float(linprog(cost.ravel(), A_eq=np.vstack([away, into]), b_eq=shares).fun)


def some_colors(chance: np.random.Generator) -> Colors:
    count = int(chance.integers(1, 5))
    shares = chance.dirichlet(np.ones(count)).astype(np.float32)
    return [(f"#{chance.integers(2**24):06x}", float(share)) for share in shares]


def test_the_nearest_are_those_of_the_exact_distance(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    palettes = {f"p{number}": some_colors(chance) for number in range(150)}
    folder = Folder(tmp_path / "out")
    publish_rows(folder, [with_colors(*each) for each in palettes.items()])
    selected = select(folder.url, Selection())
    query = query_of(Results(selected.store), "p7")
    found = nearest(selected, query, 10)
    exact = sorted(
        (exact_distance(palettes["p7"], palettes[each]), each) for each in palettes if each != "p7"
    )
    assert [each.key.portrait_id for each in found] == [each for _, each in exact[:10]]
    np.testing.assert_allclose([each.distance for each in found], [each for each, _ in exact[:10]], rtol=1e-4)
    assert [(tone.hex, tone.share) for tone in found[0].tones] == palettes[exact[0][1]]


def test_black_and_white_halves_are_half_as_far_from_black(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    rows = [
        with_colors("black", [("#000000", 1.0)]),
        with_colors("half", [("#000000", 0.5), ("#ffffff", 0.5)]),
        with_colors("white", [("#ffffff", 1.0)]),
        batch_row("none", status="no_hair"),
    ]
    publish_rows(folder, rows)
    found = nearest(select(folder.url, Selection()), Query([Tone(None, "#000000", 1.0)]), 9)
    assert [each.key.portrait_id for each in found] == ["black", "half", "white"]
    assert [each.distance for each in found] == pytest.approx([0, 50, 100], abs=0.01)


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    rows = [
        DrawnRow("abcdef", "Rei \x1b[31m[bold]", "blue", quality=0.9),
        DrawnRow("2", "Asuka", "red", quality=0.2),
        DrawnRow("3", None, "blonde", quality=0.8),
        DrawnRow("4", status="no_hair", quality=None),
    ]
    return write_output(tmp_path, rows).url


def told(output: str, *options: str) -> list[list[str]]:
    result = CliRunner().invoke(similar, [output, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.output.splitlines()]


def test_lines_tell_id_source_distance_name_and_colours(drawn: str) -> None:
    rows = told(drawn, "2")
    assert [row[0] for row in rows] == ["abcdef", "3"]
    assert rows[0][3:] == [r"Rei \x1b[31m[bold]", "blue", "#2846c8 #1e1e24"]
    assert [row[0] for row in told(drawn, "#2846c8", "--top", "1")] == ["abcdef"]
    assert [row[0] for row in told(drawn, "c82832", "--quality", "0.5")] == ["abcdef", "3"]


def test_a_terminal_shows_patches_and_names_as_text(drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    result = CliRunner().invoke(similar, [drawn, "2"], catch_exceptions=False)
    assert "\x1b[48;2;40;70;200m  \x1b[0m #2846c8" in result.output
    assert r"Rei \x1b[31m[bold]" in result.output
    assert "\x1b[31m" not in result.output


def test_an_id_that_looks_like_a_colour_is_an_id(drawn: str) -> None:
    assert {row[0] for row in told(drawn, "abcdef")} == {"2", "3"}
    assert {row[0] for row in told(drawn, "#abcdef")} == {"2", "3", "abcdef"}


def test_the_sheet_shows_what_was_asked_for_and_the_nearest(drawn: str, tmp_path: Path) -> None:
    sheet = tmp_path / "near.png"
    told(drawn, "2", "--sheet", str(sheet))
    picture = np.asarray(Image.open(io.BytesIO(sheet.read_bytes())))
    for color in ((200, 40, 50), (40, 70, 200), (235, 205, 110)):
        assert (picture == color).all(axis=-1).sum() > 1000
    told(drawn, "#00ff00", "--sheet", str(sheet), "--force")
    green = (cv2.imread(str(sheet)) == (0, 255, 0)).all(axis=-1)
    assert green.sum() > 10_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["9"], "has no portrait '9'"),
        (["4"], "no hair was found in portrait '4'"),
        (["#12345"], "has no portrait '#12345'"),
        (["2", "--source", "elsewhere"], "of source 'elsewhere'"),
        (["2", "--sheet", "nowhere/a.png"], "there is no folder"),
    ],
)
def test_what_is_mistyped_is_told(drawn: str, options: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        told(drawn, *options)
