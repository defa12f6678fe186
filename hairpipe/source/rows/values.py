"""From a scrape's values, which can be anything, to the types of a :class:`Portrait`.

What can't be converted raises a `ValueError` whose text goes on as a few words about the value.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from hairpipe.source.profile import AttributeValue

LONGEST_ID = 512

_WHOLE_NUMBER_AS_FLOAT = re.compile(r"(-?\d+)\.0")
_INT64 = range(-(2**63), 2**63)
_BOOLS = MappingProxyType(
    {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "t": True, "f": False}
)


def storable(text: str) -> str:
    r"""Return a text that UTF-8 can hold: half surrogate pairs become ``\udXXX``."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
    return text


def profile_id(value: Any) -> str:
    """Return a profile's id as text.

    White space around it is dropped; whole numbers are written without a fraction, so that
    ``1000``, ``1000.0`` and ``" 1000.0 "`` are one id; leading zeros stay. All else is kept as
    it stands: an id is never part of a path or a command.

    Raises
    ------
    ValueError
        If there is none (null, NaN, blank), or it is no text or number, or longer than
        `LONGEST_ID`.
    """
    text = _number_text(value) if isinstance(value, float | Decimal) else value
    if isinstance(text, int | UUID) and not isinstance(text, bool):
        text = str(text)
    if text is None:
        raise ValueError("the id is null")
    if not isinstance(text, str):
        raise ValueError(f"the id is a {type(value).__name__}, not a text or a number")
    text = storable(text.strip())
    whole = _WHOLE_NUMBER_AS_FLOAT.fullmatch(text)
    text = whole[1] if whole else text
    if not text:
        raise ValueError("the id is empty")
    if len(text) > LONGEST_ID:
        raise ValueError(f"the id has {len(text)} characters, at most {LONGEST_ID} can be used")
    return text


def optional_text(value: Any) -> str | None:
    """Return a value as text; None for null, NaN and blank.

    Numbers and dates are written out, lists and objects as JSON.

    Raises
    ------
    ValueError
        If the value is bytes.
    """
    if value is None or isinstance(value, str):
        text = value
    elif isinstance(value, bool | int):
        text = json.dumps(value)
    elif isinstance(value, float | Decimal):
        text = _number_text(value)
    elif isinstance(value, datetime.date | datetime.time):
        text = value.isoformat()
    elif isinstance(value, UUID):
        text = str(value)
    elif isinstance(value, bytes | bytearray | memoryview):
        raise ValueError("bytes are no text")
    else:
        text = _as_json(value)
    return (storable(text.strip()) or None) if text is not None else None


def optional_int(value: Any) -> int | None:
    """Return a value as a 64-bit integer; None for null, NaN and blank.

    Raises
    ------
    ValueError
        If it is anything but a whole number or its text.
    """
    number = value if isinstance(value, int) else optional_float(value)
    if number is None:
        return None
    if isinstance(value, str):
        number = _exact_int(value, number)
    if number != int(number) or int(number) not in _INT64:
        raise ValueError("not an int")
    return int(number)


def optional_float(value: Any) -> float | None:
    """Return a value as a finite float; None for null, NaN and blank.

    Raises
    ------
    ValueError
        If it is anything but a number or its text, or infinite.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str | int | float | Decimal):
        raise ValueError("not a number")
    try:
        # Python reads 1_000 as a number, scrapes don't write it.
        number = float("" if isinstance(value, str) and "_" in value else value)
    except (ValueError, OverflowError):
        raise ValueError("not a number") from None
    if math.isnan(number):
        return None
    if math.isinf(number):
        raise ValueError("not finite")
    return number


def optional_bool(value: Any) -> bool | None:
    """Return a value as a truth value; None for null, NaN and blank.

    Raises
    ------
    ValueError
        If it is none of true, false, yes, no, t, f, 1, 0.
    """
    if isinstance(value, list | dict):
        raise ValueError("not a bool")
    text = optional_text(value)
    if text is None:
        return None
    try:
        return _BOOLS[text.lower().removesuffix(".0")]
    except KeyError:
        raise ValueError("not a bool") from None


CONVERSIONS: Mapping[str, Callable[[Any], AttributeValue]] = MappingProxyType(
    {"string": optional_text, "int": optional_int, "float": optional_float, "bool": optional_bool}
)


def face_box(value: Any) -> tuple[float, float, float, float] | None:
    """Return a face box as (x, y, w, h), possible or not; None where there is none.

    Parameters
    ----------
    value : mapping, sequence or str
        ``{"x", "y", "w", "h"}`` or ``[x, y, w, h]`` in pixels, or either as JSON text.

    Raises
    ------
    ValueError
        If it is not four numbers.
    """
    value = parsed_json(value)
    if isinstance(value, dict):
        sides = [value.get(side) for side in "xywh"]
    elif isinstance(value, list | tuple):
        sides = list(value)
    elif optional_text(value) is None:
        return None
    else:
        raise ValueError("not a box")
    if not sides or all(_is_unknown(side) for side in sides):
        return None
    if len(sides) != 4:
        raise ValueError("not a box")
    try:
        x, y, w, h = (float(cast("Any", side)) for side in sides)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("not a box") from None
    return x, y, w, h


def parsed_json(value: Any) -> Any:
    """Return the list or object a text holds as JSON, everything else as it is."""
    if not isinstance(value, str) or not value.rstrip().endswith(("]", "}")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _is_unknown(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _number_text(value: float | Decimal) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)


def _exact_int(text: str, rounded: float) -> int | float:
    """Return the whole number a text spells out, which a float may have rounded."""
    try:
        return int(text)
    except ValueError:
        return rounded
