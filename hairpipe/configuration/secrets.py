"""Keeps passwords out of all that is shown or written down."""

from __future__ import annotations

import re

HIDDEN = "***"

# A password may hold anything, also what it should be encoded without: all up to the last @ goes.
_IN_AUTHORITY = re.compile(r"(//[^:@/\s]*:)(?!\$\{\w+\}@)[^\n]*(?=@)")
_IN_QUERY = re.compile(r"((?:ssl)?password\s*=\s*)(?!\$\{\w+\})[^&\s'\"]+", re.IGNORECASE)


def without_password(text: str) -> str:
    """Return a text in which passwords of URIs are hidden; a variable that stands for one is shown."""
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _IN_AUTHORITY.sub(rf"\1{HIDDEN}", text))
