"""A drawn scrape in the article's layout: a picture and the JSON of its face's box for each profile."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import MappingProxyType

import numpy as np

from hairpipe.lab.synthetic.drawing.portrait import draw_portrait
from hairpipe.lab.synthetic.entry import box_columns, broken_picture, made_up_name, png, truth_of
from hairpipe.lab.synthetic.scrape import planned_faults
from hairpipe.lab.synthetic.truth import Fault, ProfileTruth, ScrapePlan, ScrapeTruth

_FAULTS = (Fault.EMPTY_FILE, Fault.ERROR_PAGE, Fault.CUT_PICTURE, Fault.IMPOSSIBLE_BOX)


def write_article_scrape(folder: str | os.PathLike[str], plan: ScrapePlan | None = None) -> ScrapeTruth:
    """Write ``pngs/ID.png`` and ``jsons/ID.json``, which holds the face's box as h, w, x and y."""
    plan = plan or ScrapePlan()
    root = Path(folder)
    for name in ("pngs", "jsons"):
        (root / name).mkdir(parents=True, exist_ok=True)
    faults = planned_faults(plan, _FAULTS)
    profiles = dict(
        write_article_entry(root, index, plan, faults.get(index)) for index in range(plan.profiles)
    )
    return ScrapeTruth(plan, MappingProxyType(profiles), MappingProxyType({}))


def write_article_entry(
    root: Path, index: int, plan: ScrapePlan, fault: Fault | None
) -> tuple[str, ProfileTruth]:
    """Write a portrait and its box below ``pngs/`` and ``jsons/``; return the file's stem and the truth."""
    drawn = draw_portrait((plan.seed, index), plan.height, plan.width)
    rng = np.random.default_rng(np.random.SeedSequence((plan.seed, index, 1)))
    stem = f"{made_up_name(rng).replace(' ', '-')}-{index:03d}"
    broken = broken_picture(fault, drawn, plan, rng)
    (root / "pngs" / f"{stem}.png").write_bytes(broken.data if broken else png(drawn.image))
    box = {key.removeprefix("face_"): value for key, value in box_columns(drawn, fault, rng).items()}
    (root / "jsons" / f"{stem}.json").write_text(json.dumps(box, sort_keys=True), encoding="utf-8")
    return stem, truth_of(f"pngs/{stem}.png", fault, drawn)
