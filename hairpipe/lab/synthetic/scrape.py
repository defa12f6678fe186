"""Write a scraped database of drawn portraits."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np

from hairpipe.lab.synthetic.entry import IMAGES, Row, write_table_entry
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth
from hairpipe.source.profile import RejectReason

TABLE = "profiles.jsonl"
FIRST_ID = 1000

# The faults take turns in this order, so that a small scrape has all of them and enough placeholders
# to be told from portraits.
_TABLE_FAULTS = (
    Fault.PLACEHOLDER,
    Fault.NO_PICTURE,
    Fault.PLACEHOLDER,
    Fault.NEVER_FETCHED,
    Fault.PLACEHOLDER,
    Fault.EMPTY_FILE,
    Fault.PLACEHOLDER,
    Fault.ERROR_PAGE,
    Fault.CUT_PICTURE,
    Fault.PATH_OUTSIDE,
    Fault.NO_FIGURE,
)
_BOX_FAULTS = (Fault.IMPOSSIBLE_BOX,)
_UNUSABLE_LINES = (RejectReason.DUPLICATE_ID, RejectReason.BAD_LINE)


def write_table_scrape(folder: str | os.PathLike[str], plan: ScrapePlan | None = None) -> ScrapeTruth:
    """Write ``profiles.jsonl``, one profile a line, and ``images/``; the same plan writes the same bytes.

    The folder is made if need be; files of an earlier scrape there are overwritten.
    """
    plan = plan or ScrapePlan()
    root = Path(folder)
    (root / IMAGES).mkdir(parents=True, exist_ok=True)
    kinds = _TABLE_FAULTS + (_BOX_FAULTS if plan.face_boxes else ())
    faults = planned_faults(plan, kinds)
    unusable = _planned_unusable_lines(plan)
    profiles: dict[str, ProfileTruth] = {}
    with (root / TABLE).open("w", encoding="utf-8", newline="\n") as table:
        for index in range(plan.profiles):
            number = FIRST_ID + index
            row, truth = write_table_entry(root, number, plan, (plan.seed, index), faults.get(index))
            profiles[str(number)] = truth
            table.write(json.dumps(row) + "\n")
            if index in unusable:
                table.write(_unusable_line(unusable[index], row))
    return ScrapeTruth(plan, profiles, Counter(unusable.values()))


def planned_faults(plan: ScrapePlan, kinds: tuple[Fault, ...]) -> dict[int, Fault]:
    """Return which profiles are broken, and how."""
    chosen = _chosen_profiles(plan, round(plan.broken * plan.profiles), purpose=0)
    return {index: kinds[turn % len(kinds)] for turn, index in enumerate(chosen)}


def _planned_unusable_lines(plan: ScrapePlan) -> dict[int, RejectReason]:
    """Return after which profiles an unusable line comes, and of which kind."""
    chosen = _chosen_profiles(plan, round(plan.broken * plan.profiles / 2), purpose=1)
    return {index: _UNUSABLE_LINES[turn % len(_UNUSABLE_LINES)] for turn, index in enumerate(chosen)}


def _chosen_profiles(plan: ScrapePlan, count: int, purpose: int) -> list[int]:
    rng = np.random.default_rng(np.random.SeedSequence((plan.seed, plan.profiles, purpose)))
    return list(map(int, rng.choice(plan.profiles, count, replace=False))) if count else []


def _unusable_line(reason: RejectReason, row: Row) -> str:
    """Return a line that repeats the id of `row`, or that ends too early."""
    again = json.dumps({**row, "name": "Second line with an id already used"})
    return again + "\n" if reason is RejectReason.DUPLICATE_ID else again[: len(again) // 3] + "\n"
