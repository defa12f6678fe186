from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from hairpipe import extract_hair
from hairpipe.errors import ConfigError, UnreadableError
from hairpipe.extract.settings import Settings
from hairpipe.quality.features import FEATURES
from hairpipe.quality.judgement import Judgement
from hairpipe.quality.model import QUALITY_FILE, UserQuality, load_user_quality, save_user_quality
from hairpipe.status import Status
from hairpipe.storage.folder import Folder
from tests.report.drawn_output import drawn_picture


def model(**weights: float) -> UserQuality:
    """A model whose score for good against ugly is a sum of features."""
    row = tuple(weights.get(name, 0.0) for name in FEATURES)
    return UserQuality(
        features=FEATURES,
        mean=(0.0,) * len(FEATURES),
        scale=(1.0,) * len(FEATURES),
        judgements=(Judgement.GOOD, Judgement.UGLY),
        weights=(row, (0.0,) * len(FEATURES)),
        intercepts=(0.0, 0.0),
        labels=10,
        trained_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_saved_model_rates_as_before(tmp_path: Path) -> None:
    learnt = model(tones=0.3, hair_fraction=-1.0)
    save_user_quality(Folder(tmp_path), learnt)
    loaded = load_user_quality(Folder(tmp_path))

    assert loaded == learnt
    assert loaded is not None
    assert loaded.digest == learnt.digest
    assert loaded.digest != model(tones=0.4).digest


def test_an_output_without_a_model_has_none(tmp_path: Path) -> None:
    assert load_user_quality(Folder(tmp_path)) is None


COUNT = len(FEATURES)


@pytest.mark.parametrize(
    "change",
    [
        {"features": ["other"]},
        {"weights": [[1.0]]},
        {"scale": "x"},
        {"scale": [0.0] * COUNT},
        {"mean": [float("nan")] * COUNT},
        {"intercepts": [0.0, 1e999]},
        {"intercepts": [0.0]},
        {"judgements": ["good", "so_so", "ugly"]},
        {"judgements": ["good", "good"]},
        {"judgements": ["good"], "intercepts": [0.0]},
        {"weights": [[0.0] * COUNT] * 3},
        {"weights": [[0.0] * COUNT] * 3, "intercepts": [0.0] * 3},
        {"weights": [[0.0] * COUNT] * 3, "judgements": ["good", "so_so", "ugly"]},
    ],
)
def test_a_model_that_does_not_fit_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    content = json.loads(model().model_dump_json()) | change
    Folder(tmp_path).write(QUALITY_FILE, json.dumps(content).encode())
    with pytest.raises(ConfigError, match=r"quality\.json can't be used .* train it again or delete it"):
        load_user_quality(Folder(tmp_path))


def test_damaged_numbers_are_told(tmp_path: Path) -> None:
    Folder(tmp_path).write(QUALITY_FILE, b"{")
    with pytest.raises(ConfigError, match="train it again or delete it"):
        load_user_quality(Folder(tmp_path))


def test_a_model_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / QUALITY_FILE).mkdir()
    with pytest.raises(UnreadableError, match="can't read"):
        load_user_quality(Folder(tmp_path))


def test_an_extraction_is_rated_and_a_failure_is_not() -> None:
    image, _ = drawn_picture("red", 0)
    extraction = extract_hair(image, (17, 25, 26, 34), Settings(method="article"))

    assert model()(extraction) == 0.5
    assert model(has_face=3.0)(extraction) == pytest.approx(1 / (1 + np.exp(-3)))
    assert model()(replace(extraction, status=Status.NO_HAIR)) is None
    assert model(has_face=1e308, hair_fraction=1e308, tones=1e308)(extraction) is None
