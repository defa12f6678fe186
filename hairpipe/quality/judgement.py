"""What a reviewer says of a result, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Judgement(StrEnum):
    """The article's three groups."""

    GOOD = "good"
    SO_SO = "so_so"
    UGLY = "ugly"


WORTH: Mapping[str, float] = MappingProxyType(
    {Judgement.GOOD: 1.0, Judgement.SO_SO: 0.5, Judgement.UGLY: 0.0}
)
"""What a judgement says of the quality."""
