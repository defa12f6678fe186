"""What a reviewer says of a result, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Judgement(StrEnum):
    """The article's three groups, and that there is no hair to be seen."""

    GOOD = "good"
    SO_SO = "so_so"
    UGLY = "ugly"
    NO_HAIR = "no_hair"


WORTH: Mapping[str, float] = MappingProxyType(
    {Judgement.GOOD: 1.0, Judgement.SO_SO: 0.5, Judgement.UGLY: 0.0, Judgement.NO_HAIR: 0.0}
)
"""What a judgement says of the quality of a hair that was found."""

# From the first on mask and name are right in 95 of 100; below the second they are more likely wrong.
GOOD_FROM, SO_SO_FROM = 0.8, 0.55


def judgement_of(quality: float | None) -> Judgement | None:
    """Return the group that a quality, 0 to 1, puts a result into; None where it has none."""
    if quality is None:
        return None
    if quality >= GOOD_FROM:
        return Judgement.GOOD
    return Judgement.SO_SO if quality >= SO_SO_FROM else Judgement.UGLY
