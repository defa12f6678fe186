"""What is wrong with a configuration, in sentences with the places."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from hairpipe.configuration.layers import Layers
from hairpipe.configuration.secrets import without_password

_MOST_TOLD = 40
_UNIONS = ("source", "cluster")
# Of a value that is no group of settings where one is wanted.
_NO_GROUP = frozenset({"model_type", "model_attributes_type"})


def told(mistakes: Sequence[str]) -> str:
    """Return the message of a configuration's mistakes, one on each line."""
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    lines = [f"  {mistake}" for mistake in sorted(mistakes)]
    more = [f"  and {len(lines) - _MOST_TOLD} more"] if len(lines) > _MOST_TOLD else []
    return "\n".join([f"the configuration has {count}:", *lines[:_MOST_TOLD], *more])


def mistakes_of(error: ValidationError, layers: Layers) -> list[str]:
    """Return what a validation found, each with its key and its place."""
    found = []
    for mistake in error.errors():
        # What a place that can't be read may set isn't known to be missing.
        if layers.mistakes and mistake["type"] == "missing":
            continue
        key = _key(mistake)
        origin = layers.origin(key)
        place = "" if origin is None else f" ({origin})"
        found.append(f"{key}{place}: {_sentence(mistake)}")
    return found


def _key(mistake: Any) -> str:
    # A discriminated union puts the chosen kind into the location; no configuration key is named so.
    keys = [str(key) for key in mistake["loc"]]
    if keys[:1] and keys[0] in _UNIONS and len(keys) > 1 and not mistake["type"].startswith("union_tag"):
        del keys[1]
    return ".".join(key for key in keys if key != "[key]")


def _sentence(mistake: Any) -> str:
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "extra_forbidden":
        dotted = "." in str(mistake["loc"][-1])
        nested = "; a file nests settings, without dots" if dotted else ""
        return f"no such setting{nested}; `hairpipe config show` lists those there are"
    if kind == "missing":
        return "is needed and not set"
    if kind == "union_tag_not_found":
        return "kind is needed and not set: table, sql, article or folder"
    if kind == "union_tag_invalid":
        return f"kind is one of {context['expected_tags']}, not {_short(context['tag'])}"
    given = mistake.get("input")
    if kind in _NO_GROUP:
        return f"a group of settings is wanted, not {_short(given)}"
    message = mistake["msg"][0].lower() + mistake["msg"][1:]
    message = message.removeprefix("value error, ")
    is_secret = mistake["loc"][-1:] == ("uri",)
    return message if isinstance(given, Mapping) or is_secret else f"{message}, not {_short(given)}"


def _short(value: object) -> str:
    def hidden(part: object) -> object:
        if isinstance(part, Mapping):
            return {name: hidden(below) for name, below in part.items()}
        if isinstance(part, list):
            return [hidden(below) for below in part]
        return without_password(part) if isinstance(part, str) else part

    # What was typed is told as it was typed, but not all of it where that is much.
    shortened = reprlib.Repr()
    shortened.maxstring = shortened.maxother = shortened.maxlong = 80
    return shortened.repr(hidden(value))
