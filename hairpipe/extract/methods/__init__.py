"""The ways from portrait to hair mask: each a module with one function, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from hairpipe.extract.methods import article, learned
from hairpipe.extract.result import Face, Image, Segmentation
from hairpipe.extract.settings import Settings


class Segment(Protocol):
    """From an RGB picture, uint8 (H, W, 3), and its face to the hair."""

    def __call__(self, image: Image, face: Face | None, settings: Settings) -> Segmentation:
        """Return where the hair is; `face` has a possible box, or is None where none was found."""


@dataclass(frozen=True)
class Method:
    """A method's function, and its version, which goes up when the same settings may give another mask."""

    segment: Segment
    version: str


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "article": Method(article.segment, article.VERSION),
        "learned": Method(learned.segment, learned.VERSION),
    }
)
