"""Finds the hair in anime portraits and writes its colours to Parquet, as a Dask job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.settings import Settings

if TYPE_CHECKING:
    from hairpipe.results.load import load

__all__ = ["Settings", "extract_hair", "load"]


def __getattr__(name: str) -> Any:
    # Imported when it is first used: who only extracts need not wait for the tables' readers.
    if name == "load":
        from hairpipe.results.load import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
