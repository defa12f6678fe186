"""The ways from portrait to hair mask: each a module with one function, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from hairpipe.extract.methods import article
from hairpipe.extract.result import Face, Image, Segmentation
from hairpipe.extract.settings import Settings


class Segment(Protocol):
    """A method: from an RGB picture, uint8 (H, W, 3), and its face to the hair."""

    def __call__(self, image: Image, face: Face | None, settings: Settings) -> Segmentation:
        """Return where the hair is; `face` has a possible box, or is None where none was found."""


METHODS: Mapping[str, Segment] = MappingProxyType({"article": article.segment})

# A method's version goes up when the same settings may give another result than before.
METHOD_VERSIONS: Mapping[str, str] = MappingProxyType({"article": "1"})
