from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from hairpipe.lab.train.samples.examples import load_example, read_table
from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import open_results
from hairpipe.review.export import COLUMNS, export_masks
from hairpipe.store.labels import LabelStore, PaintedMask
from hairpipe.store.masks import encode_mask
from tests.report.drawn_output import DrawnRow, drawn_picture, write_output
from tests.review.test_examples import judge


def test_good_masks_are_written_with_their_pictures(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow(f"p{n}", color="red") for n in range(4)])
    results, book = open_results(output.url), LabelStore(output, "ann")
    judge(results, book, "p1", Judgement.GOOD)
    judge(results, book, "p2", Judgement.UGLY)
    label = judge(results, book, "p3", Judgement.GOOD)
    book.add(replace(label, mask_digest="of an older mask"))

    assert export_masks(results, tmp_path / "masks") == 1

    [row] = list(csv.DictReader((tmp_path / "masks" / "masks.csv").open()))
    assert tuple(row) == COLUMNS
    image, hair = drawn_picture("red", 1)
    written = cv2.imread(str(tmp_path / "masks" / row["image"]))
    mask = cv2.imread(str(tmp_path / "masks" / row["mask"]), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(written[..., ::-1], image)
    assert np.array_equal(mask == 255, hair)
    assert [row[side] for side in "xywh"] == ["17", "25", "26", "34"]
    assert float(row["hair_frac"]) == hair.mean()


def test_painted_masks_and_pictures_without_hair_are_what_training_takes(tmp_path: Path) -> None:
    output = write_output(tmp_path, [DrawnRow(f"p{n}", mask_error=0.5) for n in range(3)])
    results, book = open_results(output.url), LabelStore(output, "ann")
    painted = np.indices((84, 60)).sum(0) % 7 == 0
    label = judge(results, book, "p0", Judgement.UGLY)
    book.add(replace(label, names=("pink", "red"), hair=PaintedMask(84, 60, encode_mask(painted))))
    judge(results, book, "p1", Judgement.NO_HAIR)
    judge(results, book, "p2", Judgement.UGLY)

    assert export_masks(results, tmp_path / "masks") == 2

    known, bare = sorted(read_table(tmp_path / "masks"), key=lambda picture: not picture.visible)
    assert (known.names, known.visible, bare.visible) == (("pink", "red"), True, False)
    assert np.array_equal(load_example(known, 10**6).hair == 255, painted)
    assert not load_example(bare, 10**6).hair.any()


def test_nothing_judged_is_an_empty_table(tmp_path: Path) -> None:
    results = open_results(write_output(tmp_path, [DrawnRow("a")]).url)

    assert export_masks(results, tmp_path / "masks") == 0
    assert list(csv.DictReader((tmp_path / "masks" / "masks.csv").open())) == []
