"""Finds the hair in anime portraits and writes its colours to Parquet, as a Dask job."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hairpipe.extract.extract import extract_hair
    from hairpipe.extract.settings import Settings
    from hairpipe.results.load import load
    from hairpipe.run.job import run_job

    __version__: str

__all__ = ["Settings", "__version__", "extract_hair", "load", "run_job"]

# Imported when first used: `hairpipe --help` need not wait for OpenCV, nor who only extracts for Dask.
_PLACES = {
    "Settings": "hairpipe.extract.settings",
    "extract_hair": "hairpipe.extract.extract",
    "load": "hairpipe.results.load",
    "run_job": "hairpipe.run.job",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("hairpipe")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
