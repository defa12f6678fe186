"""A quality model learnt from a reviewer's labels, and where it is kept."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from hairpipe.configuration.settings_model import SettingsModel
from hairpipe.errors import ConfigError
from hairpipe.extract.result import Extraction
from hairpipe.extract.softmax_model import softmax
from hairpipe.quality.features import FEATURES, observed_in_extraction, quality_features
from hairpipe.quality.judgement import WORTH, Judgement
from hairpipe.status import Status
from hairpipe.storage.folder import Folder

QUALITY_FILE = "quality.json"

_Positive = Annotated[float, Field(gt=0)]


class UserQuality(SettingsModel):
    """Softmax regression on standardised features: numbers alone, so it loads safely anywhere."""

    features: tuple[str, ...]
    """As in :data:`hairpipe.quality.features.FEATURES`."""
    mean: tuple[float, ...]
    scale: tuple[_Positive, ...]
    """With the mean, to standardise each feature."""
    judgements: tuple[Judgement, ...] = Field(min_length=2)
    """The classes, in the order of the rows of `weights`."""
    weights: tuple[tuple[float, ...], ...]
    """One row for each class, one number for each feature."""
    intercepts: tuple[float, ...]
    """One for each class."""
    labels: int
    """How many it was learnt from."""
    trained_at: datetime

    @model_validator(mode="after")
    def _fits_together(self) -> UserQuality:
        if self.features != FEATURES:
            raise ValueError("it was learnt from other features")
        columns = {len(self.mean), len(self.scale), *map(len, self.weights)}
        rows = {len(self.weights), len(self.intercepts), len(set(self.judgements))}
        if columns != {len(FEATURES)} or rows != {len(self.judgements)}:
            raise ValueError("its numbers don't fit together")
        return self

    @property
    def digest(self) -> str:
        """Short hash of what decides its ratings."""
        content = self.model_dump_json(exclude={"labels", "trained_at"})
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def __call__(self, extraction: Extraction) -> float | None:
        """Return the quality of an extraction, 0 to 1; None without hair, or where no number comes out."""
        if extraction.status != Status.OK:
            return None
        quality = float(self.ratings(quality_features(observed_in_extraction(extraction))[None])[0])
        return quality if math.isfinite(quality) else None

    def ratings(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quality, (N,), 0 to 1, of rows of features, (N, F)."""
        # Numbers that are too large for a rating give none.
        with np.errstate(over="ignore", invalid="ignore"):
            standard = (features - np.array(self.mean)) / np.array(self.scale)
            scores = standard @ np.array(self.weights).T + np.array(self.intercepts)
            likely = softmax(scores)
        return np.asarray(likely @ np.array([WORTH[kind] for kind in self.judgements]), dtype=np.float64)


def load_user_quality(folder: Folder) -> UserQuality | None:
    """Return the model that ``hairpipe quality train`` left in an output folder, None where there is none.

    Raises
    ------
    ConfigError
        If the file is damaged or of another version.
    UnreadableError
        If it can't be read.
    """
    try:
        text = folder.read(QUALITY_FILE)
    except FileNotFoundError:
        return None
    try:
        return UserQuality.model_validate_json(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ConfigError(
            f"{folder.url}/{QUALITY_FILE} can't be used ({reason}); train it again or delete it"
        ) from None


def save_user_quality(folder: Folder, model: UserQuality) -> str:
    """Write a model where later runs find it, and return its path."""
    folder.write(QUALITY_FILE, model.model_dump_json(indent=1).encode())
    return folder.path(QUALITY_FILE)
