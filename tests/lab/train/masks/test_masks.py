import gzip
import io
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.judges import JUDGES_FILE, Judges
from hairpipe.extract.learned.regions.region_classifier import REGION_MODEL
from hairpipe.extract.network.prediction import NETWORK_FILE
from hairpipe.lab.train.masks.masks import HALVES, KEPT, TrainingData, train_masks
from hairpipe.lab.train.masks.scores import CARD_FILE
from hairpipe.lab.train.samples.examples import drawn_example
from hairpipe.lab.train.samples.samples import Sample
from hairpipe.lab.train.samples.sources import MakeSample, read_source
from tests.lab.train.drawn_folder import write_cutouts, write_masks


class Fitted:
    """Stands in for the network's training: keeps the samples that a network would see."""

    def __init__(self) -> None:
        shipped = files("hairpipe.extract.network").joinpath("model", "hair.onnx.gz")
        self.network = gzip.decompress(shipped.read_bytes())
        self.samples: list[Sample] = []
        self.starts: dict[str, bytes | None] = {}

    def __call__(self, make: MakeSample, name: str, seed: int, start: bytes | None) -> bytes:
        self.samples += [make(np.random.default_rng(seed)) for _ in range(3)]
        self.starts[name] = start
        return self.network


def test_network_trees_judges_and_card_are_made(tmp_path: Path) -> None:
    labels = {1: {"hair": "red", "length": "long"}, 2: {"visible": "no", "note": "bald"}}
    write_masks(tmp_path / "eye", range(4), labels)
    for name, seeds in (("a", (10, 11)), ("b", (12, 13))):
        write_cutouts(tmp_path / "sets" / name, seeds)
    sources = [read_source(str(tmp_path / name), "drawings") for name in ("eye", "sets")]
    data = TrainingData(sources, [drawn_example(99)])
    fit, progress = Fitted(), []

    def observe(what: str, done: int, total: int) -> None:
        progress.append((what, done, total))

    trained = train_masks(data, fit, {"seed": "7"}, observe, colors=8, most_judged=3)
    assert set(trained.files) == {NETWORK_FILE, REGION_MODEL, JUDGES_FILE, CARD_FILE}
    assert gzip.decompress(trained.files[NETWORK_FILE]) == fit.network
    with np.load(io.BytesIO(trained.files[REGION_MODEL]), allow_pickle=False) as arrays:
        assert len(arrays["value"]) > 0
    Judges.model_validate_json(trained.files[JUDGES_FILE])
    # One of each half of the groups, and the one that is kept, which goes on from the first.
    assert len(fit.samples) == 9
    assert fit.starts == {HALVES[0]: None, HALVES[1]: None, KEPT: fit.network}
    assert [(score.source, score.pictures) for score in trained.scores] == [
        (str(tmp_path / "eye"), 3),
        (str(tmp_path / "sets"), 3),
    ]
    assert progress[0] == (f"reading {tmp_path / 'eye'}", 1, 4)
    assert progress[-1] == ("judging pictures", 12, 12)


def test_one_drawing_is_too_few(tmp_path: Path) -> None:
    source = read_source(str(write_masks(tmp_path / "a", [1])), "drawings")
    with pytest.raises(ConfigError, match="at least two"):
        train_masks(TrainingData([source]), Fitted(), {}, lambda *each: None, colors=8, most_judged=3)
