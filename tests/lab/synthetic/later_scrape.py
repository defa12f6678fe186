"""A later delivery of a drawn scrape, and exactly what changed in it."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np

from hairpipe.lab.synthetic.entry import IMAGES, Row, write_table_entry
from hairpipe.lab.synthetic.scrape import FIRST_ID, TABLE
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth
from hairpipe.source.profile import RejectReason


@dataclass(frozen=True)
class ScrapeChange:
    """How a later scrape is to differ, each as a share of the earlier one's profiles.

    Raises
    ------
    ValueError
        If a share is out of range, or more is to change than there is.
    """

    added: float = 0.10
    changed: float = 0.05
    """Profiles whose picture has other bytes under the same name or another ending."""
    edited: float = 0.03
    """Profiles whose picture is the same and whose attributes are not."""
    removed: float = 0.03
    """Profiles that are gone with their pictures."""
    repaired: float = 0.5
    """Share of the pictures never fetched that are there now."""
    seed: int = 1

    def __post_init__(self) -> None:
        shares = (self.changed, self.edited, self.removed, self.repaired)
        if self.added < 0 or min(shares) < 0 or self.repaired > 1 or sum(shares[:3]) > 1:
            raise ValueError(
                f"{self} can't be written: shares must be 0 or more; changed, edited and removed "
                "together, and repaired, at most 1."
            )


@dataclass(frozen=True)
class LaterScrape:
    """A later scrape and what changed in it."""

    truth: ScrapeTruth
    """The truth about the later scrape as a whole."""
    added: frozenset[str]
    changed: frozenset[str]
    edited: frozenset[str]
    removed: frozenset[str]
    repaired: frozenset[str]
    """Profile ids, as the four before; no id is in two of them."""


def write_later_scrape(
    earlier: str | os.PathLike[str],
    later: str | os.PathLike[str],
    truth: ScrapeTruth,
    change: ScrapeChange | None = None,
) -> LaterScrape:
    """Write the next delivery of a table scrape.

    Parameters
    ----------
    earlier : path
        The folder of the earlier scrape.
    later : path
        The folder to write; the same as `earlier` to bring it up to date in place.
    truth : ScrapeTruth
        What writing the earlier scrape returned.
    change : ScrapeChange, optional
        How much is to change.

    Notes
    -----
    Pictures that did not change keep their bytes and their modification time.
    """
    change = change or ScrapeChange()
    old, new = Path(earlier), Path(later)
    (new / IMAGES).mkdir(parents=True, exist_ok=True)
    selection = _selected(truth, change)
    profiles: dict[str, ProfileTruth] = {}
    rejects: Counter[RejectReason] = Counter()
    unfinished = new / f".{TABLE}.new"
    with (old / TABLE).open(encoding="utf-8") as before, unfinished.open("w", encoding="utf-8") as after:
        for line in before:
            row = _row(line)
            key = str(row["id"]) if row is not None else ""
            if key in selection.removed:
                _forget_picture(new, truth.profiles[key])
            elif row is None or key in profiles:
                rejects[RejectReason.BAD_LINE if row is None else RejectReason.DUPLICATE_ID] += 1
                after.write(line)
            else:
                step = _Step(old, new, truth.plan, change.seed, truth.profiles[key])
                row, profiles[key] = _delivered(step, row, selection)
                after.write(json.dumps(row) + "\n")
        for number in selection.added:
            row, profiles[str(number)] = write_table_entry(
                new, number, truth.plan, (change.seed, number), None
            )
            after.write(json.dumps(row) + "\n")
    unfinished.replace(new / TABLE)
    return LaterScrape(
        truth=ScrapeTruth(truth.plan, MappingProxyType(profiles), MappingProxyType(dict(rejects))),
        added=frozenset(map(str, selection.added)),
        changed=selection.changed,
        edited=selection.edited,
        removed=selection.removed,
        repaired=selection.repaired,
    )


@dataclass(frozen=True)
class _Selection:
    added: range
    changed: frozenset[str]
    edited: frozenset[str]
    removed: frozenset[str]
    repaired: frozenset[str]


@dataclass(frozen=True)
class _Step:
    """One profile on its way from the earlier to the later folder."""

    old: Path
    new: Path
    plan: ScrapePlan
    seed: int
    truth: ProfileTruth


def _selected(truth: ScrapeTruth, change: ScrapeChange) -> _Selection:
    count = len(truth.profiles)
    sound = [key for key, profile in truth.profiles.items() if profile.fault is None]
    missing = [key for key, profile in truth.profiles.items() if profile.fault is Fault.NEVER_FETCHED]
    rng = np.random.default_rng(np.random.SeedSequence((truth.plan.seed, change.seed, count)))
    order = iter([sound[index] for index in rng.permutation(len(sound))])
    first = max((int(key) for key in truth.profiles), default=FIRST_ID - 1) + 1
    return _Selection(
        added=range(first, first + round(change.added * count)),
        changed=frozenset(islice(order, round(change.changed * count))),
        edited=frozenset(islice(order, round(change.edited * count))),
        removed=frozenset(islice(order, round(change.removed * count))),
        repaired=frozenset(missing[: round(change.repaired * len(missing))]),
    )


def _delivered(step: _Step, row: Row, selection: _Selection) -> tuple[Row, ProfileTruth]:
    """Bring one profile's picture into the later folder; return its line and the truth about it."""
    key = str(row["id"])
    if key in selection.changed or key in selection.repaired:
        # The old picture is part of the seed, so that the new one is another every time.
        seed = (step.seed, int(key), _checksum(step.old, step.truth))
        _forget_picture(step.new, step.truth)
        drawn, truth = write_table_entry(step.new, int(key), step.plan, seed, None)
        picture = {name: value for name, value in drawn.items() if name.startswith(("image", "face_"))}
        return {**row, **picture}, truth
    if step.old.resolve() != step.new.resolve() and step.truth.has_file:
        shutil.copy2(step.old / str(step.truth.image), step.new / str(step.truth.image))
    if key in selection.edited:
        row = {**row, "favorites": int(row["favorites"] or 0) + 1 + int(key) % 50}
    return row, step.truth


def _row(line: str) -> Row | None:
    """Return a line's profile, or None where it can't be read."""
    try:
        row: Row = json.loads(line)
    except json.JSONDecodeError:
        return None
    return row


def _checksum(folder: Path, truth: ProfileTruth) -> int:
    return zlib.crc32((folder / str(truth.image)).read_bytes()) if truth.has_file else 0


def _forget_picture(folder: Path, truth: ProfileTruth) -> None:
    if truth.has_file:
        (folder / str(truth.image)).unlink(missing_ok=True)
