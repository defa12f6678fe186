"""The ways from portrait to hair mask: each a module with one function, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from hairpipe.extract.article import method as article
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.learned import method as learned
from hairpipe.extract.result import Image, Segmentation
from hairpipe.extract.settings import Settings


class Segment(Protocol):
    """From an RGB picture, uint8 (H, W, 3), and its face to the hair."""

    def __call__(self, image: Image, faces: FaceSearch, settings: Settings) -> Segmentation:
        """Return where the hair is, and the face that it was found with."""


@dataclass(frozen=True)
class Method:
    """A way from portrait to hair mask."""

    segment: Segment
    """Its function."""
    version: str
    """Goes up when the same settings may give another mask."""


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "article": Method(article.segment, article.VERSION),
        "learned": Method(learned.segment, learned.VERSION),
    }
)
