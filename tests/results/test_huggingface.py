"""``hairpipe export --to huggingface``: what `datasets` loads, and a card that no scrape can forge."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner
from markdown_it import MarkdownIt

import hairpipe
from hairpipe.commands.export import export
from hairpipe.errors import ConfigError
from hairpipe.results.card import markdown_text
from tests.report.drawn_output import DrawnRow, write_output

EVIL = (
    "a|b <script>alert(1)</script> [x](http://evil.example) http://evil.example "
    "\x1b[31m\n| forged | 1 |\n# Rights"
)


def exported(output: str, target: Path, *options: str) -> Path:
    command = [output, str(target), "--to", "huggingface", *options]
    result = CliRunner().invoke(export, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return target


@pytest.fixture
def output(tmp_path: Path) -> str:
    rows = [
        DrawnRow("1", "Rei", "blue", quality=0.9),
        DrawnRow("2", EVIL, "red", attributes={"quality_group": "good"}),
        DrawnRow("3", status="no_face", quality=None),
    ]
    write_output(tmp_path, rows, output="first")
    for number, row in enumerate(rows):
        picture = (tmp_path / f"pictures/{number:06d}.png").read_bytes()
        digest = hashlib.sha256(picture).hexdigest() if number != 1 else "of another picture"
        rows[number] = DrawnRow(
            row.portrait_id,
            row.name,
            row.color,
            row.status,
            quality=row.quality,
            attributes={**row.attributes, "image_digest": digest, EVIL: "text"},
            source=EVIL if number == 1 else "drawn",
        )
    return write_output(tmp_path, rows, {EVIL: "string"}).url


def test_rows_hold_colours_masks_and_on_wish_pictures(output: str, tmp_path: Path) -> None:
    rows = pq.read_table(exported(output, tmp_path / "set", "--pictures") / "data/train-00000.parquet")
    assert rows.schema.metadata[b"huggingface"]
    found = {row["portrait_id"]: row for row in rows.to_pylist()}
    assert [tone["name"] for tone in found["1"]["hair_colors"]] == ["blue", "black"]
    hair = cv2.imdecode(np.frombuffer(found["1"]["hair_mask"]["bytes"], np.uint8), cv2.IMREAD_UNCHANGED)
    mask = hairpipe.load(output).mask(1)
    assert mask is not None
    np.testing.assert_array_equal(hair, mask * np.uint8(255))
    assert found["1"]["picture"]["bytes"] == (tmp_path / "pictures/000000.png").read_bytes()
    # Another picture lies under that name by now.
    assert found["2"]["picture"] is None
    assert (found["3"]["hair_mask"], found["3"]["hair_colors"]) == (None, [])
    assert (
        "picture"
        not in pq.read_schema(exported(output, tmp_path / "without") / "data/train-00000.parquet").names
    )


def test_datasets_loads_it_offline(output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets is large and not among the extras")
    folder = exported(output, tmp_path / "set", "--pictures")
    loaded = datasets.load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    row = next(row for row in loaded if row["portrait_id"] == "1")
    assert (len(loaded), row["hair_mask"].size, row["picture"].size) == (3, (60, 84), (60, 84))


def test_the_card_says_where_from_how_many_and_how_good(output: str, tmp_path: Path) -> None:
    folder = exported(output, tmp_path / "set", "--source", "drawn")
    _, head, body = (folder / "README.md").read_text().split("---\n", 2)
    about = yaml.safe_load(head)
    assert about["configs"][0]["data_files"] == [{"split": "train", "path": "data/*.parquet"}]
    assert about["size_categories"] == ["n<1K"]
    assert "2 portraits of source drawn" in body
    assert "| drawn | 2 | 1 | 1 | 0 | 0 |" in body
    assert "all rights in them are their owners'" in body


def test_nothing_of_the_scrape_is_markup_in_the_card(output: str, tmp_path: Path) -> None:
    card = (exported(output, tmp_path / "set") / "README.md").read_text()
    assert not any(character in card for character in "\x1b\r")
    page = MarkdownIt("gfm-like", {"linkify": False}).render(card.split("---\n", 2)[2])
    for part in ("<script", "<a ", "<td>forged", "\x1b"):
        assert part not in page
    assert page.count("<h2>") == 4
    assert page.count("<td>a|b &lt;script&gt;alert(1)&lt;/script&gt; [x](http://evil.example)") == 2


@pytest.mark.parametrize(
    "text", ["*a*", "`a`", "&lt;b&gt;", "<b>", "![a](b)", "1. a", "# a", "- a", "a\n\nb", "~~a~~"]
)
def test_text_is_shown_as_it_is(text: str) -> None:
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(markdown_text(text))
    plain = text.replace("\n", r"\n").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown == f"<p>{plain}</p>\n"


def test_a_folder_is_never_replaced_nor_left_half(output: str, tmp_path: Path) -> None:
    target = exported(output, tmp_path / "set")
    with pytest.raises(ConfigError, match="is a folder that is there already"):
        exported(output, target, "--force")
    for damaged in (tmp_path / "out/.hairpipe/objects").iterdir():
        damaged.write_bytes(b"no Parquet")
    result = CliRunner().invoke(export, [output, str(tmp_path / "half"), "--to", "huggingface"])
    assert result.exit_code != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "out", "pictures", "set"]
