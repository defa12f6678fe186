from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import cv2
import pytest
from click.testing import CliRunner

from hairpipe.commands.report import explain
from hairpipe.errors import ConfigError
from hairpipe.extract.result import Box, Face
from hairpipe.extract.settings import Settings
from hairpipe.report.figures.explain import FigureFormat, explain_picture, explain_portrait, save
from tests.report.drawn_output import DrawnRow, drawn_picture, write_output

ARTICLE = Settings(method="article")
FACE = Face(Box(17, 25, 26, 34), "given")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "asuka.png"
    cv2.imwrite(str(path), drawn_picture("red", 0)[0][..., ::-1])
    return path


def test_a_picture_becomes_png_files(picture: Path, tmp_path: Path) -> None:
    paths = save(explain_picture(picture, ARTICLE, FACE), tmp_path / "figures", FigureFormat.PNG)

    assert [path.name for path in paths][:2] == ["asuka-0-outcome.png", "asuka-1-reduction.png"]
    assert len(paths) == 6
    assert all(cv2.imread(str(path)) is not None for path in paths)


def test_a_failure_becomes_svg_files_that_say_why(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_text("<html>404</html>")
    [figure] = save(explain_picture(path, ARTICLE), tmp_path / "figures", FigureFormat.SVG)

    assert ElementTree.parse(figure).getroot().tag.endswith("svg")
    assert "not_an_image" in figure.read_text()


def test_a_portrait_of_an_output_becomes_one_page(tmp_path: Path) -> None:
    hostile = "<img src=x>/../../id"
    output = write_output(tmp_path, [DrawnRow(hostile, color="red")])
    [page] = save(explain_portrait(output.url, hostile), tmp_path / "figures", FigureFormat.HTML)

    assert page.parent == tmp_path / "figures"
    text = page.read_text()
    assert "<img src=x>" not in text
    assert text.count("data:image/png;base64,") == 12


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (DrawnRow("a", status="missing", error="no such file"), "missing"),
        (DrawnRow("a", status="bad_face_box", error="face box (0, 0, 0, 0) has no area"), "no area"),
        (DrawnRow("a", status="crashed", error="killed the process"), "killed"),
    ],
)
def test_a_portrait_that_was_not_extracted_says_why(tmp_path: Path, row: DrawnRow, reason: str) -> None:
    output = write_output(tmp_path, [row])
    explanation = explain_portrait(output.url, "a")
    texts = [text.get_text() for axes in explanation.drawings[0].figure().axes for text in axes.texts]

    assert len(explanation.drawings) == 1
    assert any(reason in text for text in texts)


def test_unknown_portraits_and_pictures_are_told(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow("a")])
    with pytest.raises(ConfigError, match="no portrait 'b'"):
        explain_portrait(output.url, "b")
    with pytest.raises(ConfigError, match="name a picture"):
        explain_picture(tmp_path / "gone.png", ARTICLE)


def test_the_command_writes_files_and_names_them(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow("a", status="missing", error="no such file")])
    result = CliRunner().invoke(explain, [output.url, "a", "--output", str(tmp_path / "figures")])

    assert result.exit_code == 0, result.output
    assert Path(result.output.strip()) == tmp_path / "figures" / "a-0-outcome.png"


def test_without_matplotlib_the_message_says_what_to_install(picture: Path) -> None:
    code = f"""
import sys
sys.modules["matplotlib"] = None
import importlib.util
from pathlib import Path
from hairpipe.report.figures.explain import FigureFormat, explain_picture, save
from hairpipe.extract.settings import Settings
save(explain_picture(Path({str(picture)!r}), Settings(method="article")), Path("unused"), FigureFormat.PNG)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'hairpipe[figures]'" in done.stderr
