"""How good the tables are, by what people said of portraits that chance had picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hairpipe.quality.judgement import Judgement
from hairpipe.report.results import Results
from hairpipe.review.order import Estimate, estimated
from hairpipe.status import JUDGEABLE, Status
from hairpipe.store.labels import Label, SampleReason, mask_digest, read_labels, standing
from hairpipe.store.schema import TableName
from hairpipe.store.sources import key_of

_COLUMNS = ("portrait_id", "source", "status", "image_digest", "hair_color")


@dataclass(frozen=True)
class Summary:
    """Shares among the portraits that can be judged, each with its 95% interval."""

    portraits: int
    """How many can be judged."""
    labelled: int
    """How many of them people said something of."""
    mask: Estimate
    """The mask is good, or rightly none was found."""
    name: Estimate
    """People accept the name, where there is hair."""
    both: Estimate
    """All is right that was judged: mask, and name where there is hair."""


def summarise(results: Results) -> Summary:
    """Return how good the tables are, as far as the random picks tell.

    A label counts for the picture it was given to, and a judgement of a mask for that very mask.
    """
    labels = standing(read_labels(results.folder))
    portraits = results.store.read(TableName.PORTRAITS, _COLUMNS).to_pylist()
    rows = [row for row in portraits if row["status"] in JUDGEABLE]
    masks: list[bool] = []
    names: list[bool] = []
    both: list[bool] = []
    labelled = 0
    for row in rows:
        label = labels.get(key_of(row))
        if label is None or label.image_digest != row["image_digest"]:
            continue
        labelled += 1
        if label.picked is not SampleReason.RANDOM:
            continue
        mask = _mask_is_right(results, label, row["status"])
        has_hair = label.label is not Judgement.NO_HAIR
        name = row["hair_color"] in label.accepted if label.accepted and has_hair else None
        masks += [] if mask is None else [mask]
        names += [] if name is None else [name]
        if mask is not None and (name is not None or not has_hair):
            both.append(mask and name is not False)
    return Summary(len(rows), labelled, estimated(masks), estimated(names), estimated(both))


def summary_lines(summary: Summary) -> Sequence[str]:
    """Return a summary as lines for the terminal."""
    told = {"masks good": summary.mask, "names right": summary.name, "both right": summary.both}
    lines = [f"{summary.labelled:,} of {summary.portraits:,} portraits with a picture were judged"]
    if not any(estimate.judged for estimate in told.values()):
        return [*lines, "none of them was a random pick: judge in the order “teaches most”, unfiltered"]
    for what, estimate in told.items():
        low, high = f"{estimate.low:.1%}", f"{estimate.high:.1%}"
        lines.append(
            f"{what:<12} {estimate.share:6.1%} (95%: {low} to {high}, {estimate.judged} random picks)"
        )
    return lines


def _mask_is_right(results: Results, label: Label, status: str) -> bool | None:
    """Return whether the mask that the tables have is right; None where that was not judged."""
    if label.label is None or label.label is Judgement.NO_HAIR:
        return None if label.label is None else status != Status.OK
    hair = results.regions(label.key).hair
    if (None if hair is None else mask_digest(hair)) != label.mask_digest:
        return None
    return label.label is Judgement.GOOD
