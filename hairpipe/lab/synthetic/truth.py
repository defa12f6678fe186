"""What a drawn scrape is to hold, and the truth about what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hairpipe.extract.result import Box
from hairpipe.lab.synthetic.drawing.portrait import TrueColor
from hairpipe.source.profile import RejectReason
from hairpipe.status import Status


class Fault(StrEnum):
    """What is wrong with a profile or its picture, and the status that the portrait's row is to have."""

    PLACEHOLDER = "placeholder", Status.PLACEHOLDER
    NO_PICTURE = "no_picture", Status.NO_IMAGE
    NEVER_FETCHED = "never_fetched", Status.MISSING
    EMPTY_FILE = "empty_file", Status.EMPTY
    ERROR_PAGE = "error_page", Status.NOT_AN_IMAGE
    CUT_PICTURE = "cut_picture", Status.TRUNCATED
    PATH_OUTSIDE = "path_outside", Status.OUTSIDE_ROOT
    NO_FIGURE = "no_figure", Status.NO_FACE
    IMPOSSIBLE_BOX = "impossible_box", Status.BAD_FACE_BOX

    status: Status

    def __new__(cls, value: str, status: Status) -> Fault:
        fault = str.__new__(cls, value)
        fault._value_, fault.status = value, status
        return fault


@dataclass(frozen=True)
class ScrapePlan:
    """What a scrape is to hold; ValueError if a number is out of its range."""

    profiles: int = 500
    seed: int = 0
    broken: float = 0.06
    """Share of the profiles that have a fault, 0 to 1. The table layout gets half as many unusable lines on
    top: doubled ids and lines cut off."""
    height: int = 168
    width: int = 100
    """As the height, of the pictures, in pixels."""
    face_boxes: bool = False
    """Whether the table has the columns face_x, face_y, face_w and face_h. The article layout always has
    boxes."""

    def __post_init__(self) -> None:
        if self.profiles < 0 or not 0 <= self.broken <= 1:
            raise ValueError(f"{self} can't be written: profiles must be 0 or more, broken from 0 to 1.")


@dataclass(frozen=True)
class ProfileTruth:
    """The truth about one profile."""

    image: str | None
    """The picture as the scrape names it, relative to the scrape's folder."""
    fault: Fault | None
    """None for a drawn portrait that can be read."""
    colors: tuple[TrueColor, ...] = ()
    """The hair's colours, largest share first; empty where no portrait can be read."""
    face_box: Box | None = None
    """The face's true box; None where no portrait can be read."""

    @property
    def has_file(self) -> bool:
        """Whether the picture's file was written, whatever it holds."""
        return self.image is not None and self.fault not in (Fault.NEVER_FETCHED, Fault.PATH_OUTSIDE)


@dataclass(frozen=True)
class ScrapeTruth:
    """The truth about a scrape."""

    plan: ScrapePlan
    profiles: Mapping[str, ProfileTruth]
    """By profile id, in the scrape's order: exactly one row is due for each."""
    rejects: Mapping[RejectReason, int]
    """How many lines name no profile of their own."""

    @property
    def faults(self) -> Mapping[str, Fault]:
        """The broken profiles' faults by id."""
        return {key: truth.fault for key, truth in self.profiles.items() if truth.fault is not None}
