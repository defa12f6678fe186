"""Reading labelled folders."""

from pathlib import Path

import pytest

from hairpipe.errors import ConfigError
from hairpipe.lab.evaluate.cases import color_cases, mask_cases


def test_mask_cases_have_what_the_file_tells(masked: Path) -> None:
    cases = mask_cases(masked)
    assert [case.image.name for case in cases] == ["0.png", "1.png", "2.png", "3.png"]
    assert [case.drawing for case in cases] == ["d0", "d0", "d1", "d1"]
    assert cases[0].face is not None
    assert cases[-1].face is None


def test_color_names_may_be_aliases(tagged: Path) -> None:
    for case in color_cases(tagged):
        assert case.accepted == {case.name, "gray", "aqua"}


def test_a_limit_is_spread_over_the_file(masked: Path) -> None:
    assert [case.image.name for case in mask_cases(masked, limit=2)] == ["0.png", "2.png"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is no file"),
        ("image,mask\na.png,\n", "line 2: the column mask is missing"),
        ("image,mask\nnone.png,a.png\n", "line 2: image none.png is no file"),
        ("image,mask,x,y,w,h\na.png,a.png,1,2,3,far\n", "line 2: the face box"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    tmp_path: Path, text: str | None, message: str
) -> None:
    (tmp_path / "a.png").touch()
    if text is not None:
        (tmp_path / "masks.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        mask_cases(tmp_path)


def test_an_unknown_color_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "labels.csv").write_text("image,hair\na.png,bleu\n")
    with pytest.raises(ConfigError, match="blue"):
        color_cases(tmp_path)
