"""Fingerprints: short hashes of everything that can change a result, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Set
from pathlib import Path
from typing import Any

from hairpipe.errors import ConfigError
from hairpipe.extract.extract import algorithm_version
from hairpipe.extract.face.detectors import FACE_VERSION
from hairpipe.extract.methods import METHODS
from hairpipe.extract.settings import Settings


def fingerprint(settings: Settings, quality_digest: str | None = None) -> str:
    """Return a short hash of what can change a portrait's result.

    Parameters
    ----------
    settings : Settings
        Only the chosen method's own group counts, beside those every method uses; of a file that they
        name its content does, and not where it lies.
    quality_digest : str, optional
        Of the user's own quality model, where there is one.

    Raises
    ------
    ConfigError
        If a file that the settings name can't be read.
    """
    quality = "" if quality_digest is None else f".quality-{quality_digest}"
    groups = _dumped(settings, without=METHODS.keys() - {settings.method})
    return _digest({"algorithm": algorithm_version(settings) + quality, **groups})


def face_fingerprint(settings: Settings) -> str:
    """Return a short hash of what can change which face is found in a picture.

    Raises
    ------
    ConfigError
        As for :func:`fingerprint`.
    """
    groups = _dumped(settings, without=METHODS.keys())
    return _digest({"algorithm": FACE_VERSION, "decode": groups["decode"], "face": groups["face"]})


def _dumped(settings: Settings, without: Set[str]) -> dict[str, Any]:
    groups = settings.model_dump(mode="json", exclude=set(without))
    if settings.face.cascade_file is not None:
        groups["face"]["cascade_file"] = _content("face.cascade_file", settings.face.cascade_file)
    if "learned" in groups and settings.learned.network is not None:
        groups["learned"]["network"]["file"] = _content("learned.network.file", settings.learned.network.file)
    return groups


def _content(key: str, file: str) -> str:
    try:
        # A device or a pipe may have no end.
        if Path(file).exists() and not Path(file).is_file():
            raise ConfigError(f"{key} {file} is no file; name one")
        with Path(file).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(
            f"{key} {file} can't be read ({error.strerror}); name a file that is there"
        ) from None


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
