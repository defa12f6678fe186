"""How a portrait ended: exactly one of these stands in every row of the portraits table."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The outcome of one portrait."""

    OK = "ok"
    # The picture was read, but the method found no hair in it.
    NO_FACE = "no_face"
    BAD_FACE_BOX = "bad_face_box"
    NO_SKIN = "no_skin"
    NO_RING = "no_ring"
    NO_HAIR = "no_hair"
    # The scrape has no picture to read.
    NO_IMAGE = "no_image"
    MISSING = "missing"
    OUTSIDE_ROOT = "outside_root"
    PLACEHOLDER = "placeholder"
    # There is a file, but it is not a picture that can be read.
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    # The portrait broke the code that looked at it.
    ERROR = "error"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"


# There was a picture to read, and nothing can be said of it.
FAILURES = frozenset(
    {
        Status.UNREADABLE,
        Status.EMPTY,
        Status.NOT_AN_IMAGE,
        Status.TRUNCATED,
        Status.TOO_LARGE,
        Status.MISSING,
        Status.OUTSIDE_ROOT,
        Status.ERROR,
        Status.CRASHED,
        Status.TIMED_OUT,
        Status.OUT_OF_MEMORY,
    }
)
# Nothing was learnt of the portrait's hair, so that what was known of it is still the best there is.
WITHOUT_RESULT = FAILURES | {Status.NO_IMAGE, Status.PLACEHOLDER}
# There is a picture to look at, so that a person can say what is right.
JUDGEABLE = frozenset(Status) - WITHOUT_RESULT
