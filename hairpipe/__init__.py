"""Finds the hair in anime portraits and writes its colours to Parquet, as a Dask job."""

from __future__ import annotations

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.settings import Settings

__all__ = ["Settings", "extract_hair"]
