"""Masks for pictures of which only the hair's colour is known."""

import csv
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from hairpipe.lab.synthetic import draw_portrait
from hairpipe.lab.train.commands import train
from hairpipe.lab.train.samples.examples import read_table

SEEDS = (3, 5, 8)


def tagged(folder: Path, names: dict[int, str]) -> Path:
    folder.mkdir()
    for seed in SEEDS:
        cv2.imwrite(str(folder / f"{seed}.png"), draw_portrait(seed, 224, 160).image[..., ::-1])
    lines = [f"{seed}.png,{name}" for seed, name in names.items()]
    (folder / "labels.csv").write_text("\n".join(["image,hair", *lines]) + "\n")
    return folder


def test_only_masks_of_the_stated_color_are_kept(tmp_path: Path) -> None:
    true = {seed: draw_portrait(seed, 224, 160).colors[0].name for seed in SEEDS}
    wrong = "green" if true[5] != "green" else "pink"
    folder = tagged(tmp_path / "tagged", {**true, 5: wrong})
    ended = CliRunner().invoke(train, ["pseudo-labels", str(folder), "--output", str(tmp_path / "pseudo")])
    assert ended.exit_code == 0, ended.output
    pictures = read_table(tmp_path / "pseudo")
    kept = {int(picture.image.stem) for picture in pictures}
    assert kept
    assert 5 not in kept
    for picture in pictures:
        drawn = draw_portrait(int(picture.image.stem), 224, 160)
        found = np.asarray(cv2.imread(str(picture.hair), cv2.IMREAD_GRAYSCALE)) > 127
        overlap = (found & drawn.hair_mask).sum() / (found | drawn.hair_mask).sum()
        assert overlap > 0.6
        assert picture.names[0] == true[int(picture.image.stem)]


def test_the_table_says_where_the_faces_are(tmp_path: Path) -> None:
    true = {seed: draw_portrait(seed, 224, 160).colors[0].name for seed in SEEDS}
    folder = tagged(tmp_path / "tagged", true)
    CliRunner().invoke(train, ["pseudo-labels", str(folder), "--output", str(tmp_path / "pseudo")])
    with (tmp_path / "pseudo" / "masks.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(float(row["w"]) > 0 for row in rows)
