"""From labels and tables to what a quality model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.extract.result import Mask
from hairpipe.quality.features import FEATURES, observed_in_tables, quality_features
from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import Results
from hairpipe.review.training import Examples
from hairpipe.status import Status
from hairpipe.store.labels import Label, mask_digest, read_labels, standing
from hairpipe.store.schema import TableName
from hairpipe.store.sources import PortraitKey, key_of, rows_by_key

_Tones = dict[PortraitKey, list[tuple[float, float, float, float]]]

_MOST_UNLABELLED = 4000
_COLUMNS = (
    *("portrait_id", "source", "status", "image_digest", "quality", "method_quality"),
    *("face_x", "face_y", "face_w", "face_h", "face_score", "face_count"),
)


def gather_examples(results: Results, seed: int = 0) -> Examples:
    """Return the labelled results' features, and those of a sample of at most 4000 of the rest.

    A good mask whose colour was corrected counts as so-so; a corrected colour alone says nothing.
    """
    table = results.store.read(TableName.PORTRAITS, _COLUMNS)
    rows = {key_of(row): row for row in table.filter(pc.equal(table["status"], Status.OK)).to_pylist()}
    labels = standing(read_labels(results.folder))
    judgements = {key: kind for key, label in labels.items() if (kind := _judgement(label)) is not None}
    rest = sorted(rows.keys() - judgements.keys())
    sample = [rest[place] for place in np.random.default_rng(seed).permutation(len(rest))[:_MOST_UNLABELLED]]
    tones = _tones(results, {*judgements, *sample})
    hairs = {key: results.regions(key).hair for key in [*judgements, *sample] if key in rows}

    digests = {key: mask_digest(hair) for key, hair in hairs.items() if hair is not None}
    current = [key for key in judgements if key in digests and digests[key] == labels[key].mask_digest]
    features = {key: _features(rows[key], hair, tones) for key, hair in hairs.items() if hair is not None}
    kinds = list(Judgement)
    return Examples(
        features=_stacked(features[key] for key in current),
        labels=np.array([kinds.index(judgements[key]) for key in current], dtype=np.int64),
        groups=np.array([rows[key]["image_digest"] for key in current], dtype=np.str_),
        shipped=np.array([rows[key]["method_quality"] for key in current], dtype=np.float64),
        unlabelled=_stacked(features[key] for key in sample if key in features),
        outdated=len(judgements) - len(current),
    )


def _judgement(label: Label) -> Judgement | None:
    corrected = label.corrected_color is not None and label.label is Judgement.GOOD
    return Judgement.SO_SO if corrected else label.label


def _tones(results: Results, wanted: set[PortraitKey]) -> _Tones:
    columns = ["portrait_id", "source", "rank", "l", "a", "b", "share"]
    rows = results.store.read(TableName.HAIR_COLORS, columns).sort_by("rank")
    return {
        key: [(row["share"], row["l"], row["a"], row["b"]) for row in own]
        for key, own in rows_by_key(rows).items()
        if key in wanted
    }


def _features(row: Mapping[str, Any], hair: Mask, tones: _Tones) -> NDArray[np.float64]:
    return quality_features(observed_in_tables(row, hair, tones.get(key_of(row), [])))


def _stacked(rows: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array([*rows], dtype=np.float64).reshape(-1, len(FEATURES))
