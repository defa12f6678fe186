"""A command's process does without what Arrow would otherwise take: pandas, and memory it has given up."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


def make_lean() -> None:
    """Keep the memory of this process small; to be called before anything else uses Arrow.

    Arrow imports pandas, where it is installed, with the first array that is made: 45 MB that only a caller
    who has pandas objects needs, and who asks for them gets them still. And of its allocators the one it
    takes by default holds on to what it has had, tens of megabytes for each thread.
    """
    import pyarrow as pa

    if "pandas" not in sys.modules:
        hidden = _HiddenPandas()
        sys.meta_path.insert(0, hidden)
        try:
            # Now Arrow looks for pandas, and not again until it is asked for a data frame.
            pa.array([None])
        finally:
            sys.meta_path.remove(hidden)
    pools = pa.supported_memory_backends()
    pa.set_memory_pool(pa.jemalloc_memory_pool() if "jemalloc" in pools else pa.system_memory_pool())


class _HiddenPandas(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Say of pandas that it is not there."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
        return None
