"""A run's id, and the versions that its results depend on."""

from __future__ import annotations

import importlib.metadata
import platform
import secrets
from datetime import UTC, datetime

_PACKAGES = (
    *("hairpipe", "dask", "distributed", "numpy", "scikit-learn", "opencv-python-headless", "pyarrow"),
    *("pydantic", "onnxruntime", "pillow", "animeface"),
)


def new_run_id() -> str:
    """Return an id that sorts by time and is unique: ``20260131T235959Z-1a2b3c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def installed_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a result depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
