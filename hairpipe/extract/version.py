"""Versions of the code behind a result; they go into the fingerprint of every row."""

from __future__ import annotations

from hairpipe.extract.detectors import FACE_VERSION
from hairpipe.extract.methods import METHOD_VERSIONS
from hairpipe.extract.settings import Settings

# Goes up when decoding or naming may give another result than before.
COMMON_VERSION = "1"


def algorithm_version(settings: Settings) -> str:
    """Return the version of all code that a portrait's result depends on.

    Parameters
    ----------
    settings : Settings
        Only the chosen method's version counts.
    """
    return f"{COMMON_VERSION}.{METHOD_VERSIONS[settings.method]}.{face_version()}"


def face_version() -> str:
    """Return the version of the code that finds faces."""
    return str(FACE_VERSION)
