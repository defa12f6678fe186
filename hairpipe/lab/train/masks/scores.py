"""How good the method is on groups that nothing in it has learnt from, as a table and in a model card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from hairpipe.extract.learned.judges import RIGHT_OVERLAP, UNKNOWN_LENGTH
from hairpipe.lab.evaluate.statistics import Spread, grouped, share_of, spread_of
from hairpipe.lab.train.masks.judges import Outcome, Verdict, accepts
from hairpipe.lab.train.samples.sources import Source

CARD_FILE = "MODEL.md"

_SCORES = """\
Each picture was judged by a network, trees and judges that learnt from other drawings or folders only, with
its face box given in three of ten cases where one is known. What they went on from, and the name model that
comes with hairpipe, may know these pictures. IoU counts 0 where hair is not seen; hair and no hair are the
parts of the pictures with and without any of which that is said."""
HEADINGS = (
    *("source", "pictures", "halves"),
    *("IoU", "p10", f"> {RIGHT_OVERLAP:g}", "hair", "no hair", "names", "length"),
)


@dataclass(frozen=True)
class SourceScore:
    """The method on one source's pictures; each judged by what has not learnt from its group."""

    source: str
    pictures: int
    halves: tuple[int, int]
    """How many of them lie in each half."""
    iou: Spread
    """Over the pictures with hair to be seen; 0 where the method says there is none."""
    iou_right: float | None
    """The part of them with more than `RIGHT_OVERLAP`."""
    hair_seen: float | None
    """The part of the pictures with hair of which the method says so."""
    no_hair_seen: float | None
    """The part of the pictures without hair of which the method says so."""
    accepted: float | None
    """The part of the pictures with named hair that get a name people accept."""
    length_right: float | None
    """The part of the pictures whose length people told of which the method says the same."""

    def cells(self) -> tuple[str, ...]:
        """Return the score as texts, in the order of `HEADINGS`."""
        numbers = (
            self.iou.mean,
            self.iou.p10,
            self.iou_right,
            self.hair_seen,
            self.no_hair_seen,
            self.accepted,
            self.length_right,
        )
        shown = ("-" if number is None else f"{number:.3f}" for number in numbers)
        return (self.source, str(self.pictures), f"{self.halves[0]} + {self.halves[1]}", *shown)


def score_sources(
    outcomes: Sequence[Outcome], verdicts: Sequence[Verdict], visible_hair: float
) -> list[SourceScore]:
    """Return the score of each source; hair is said to be seen where that is at least so likely."""
    by_source = grouped(zip(outcomes, verdicts, strict=True), lambda pair: pair[0].source)
    return [_score(source, pairs, visible_hair) for source, pairs in by_source.items()]


def score_table(scores: Sequence[SourceScore]) -> Table:
    """Return the scores as a table for a console."""
    title = "Pictures of drawings and folders not learnt from"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0))
    # A long path goes on in the next line.
    table.add_column(HEADINGS[0], overflow="fold")
    for heading in HEADINGS[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    for score in scores:
        table.add_row(*score.cells())
    return table


def _score(source: str, pairs: Sequence[tuple[Outcome, Verdict]], visible_hair: float) -> SourceScore:
    overlaps, seen, unseen, names, lengths = [], [], [], [], []
    for outcome, verdict in pairs:
        picture, answer = outcome.picture, verdict.answer
        says_hair = answer.enough and verdict.visible >= visible_hair
        if not picture.visible:
            unseen.append(not says_hair)
            continue
        seen.append(says_hair)
        overlaps.append(answer.overlap if says_hair else 0.0)
        if picture.names:
            names.append(says_hair and accepts(picture, answer))
        if picture.length not in (None, UNKNOWN_LENGTH):
            lengths.append(says_hair and verdict.length == picture.length)
    first = sum(outcome.half == 0 for outcome, _ in pairs)
    return SourceScore(
        source=source,
        pictures=len(pairs),
        halves=(first, len(pairs) - first),
        iou=spread_of(overlaps),
        iou_right=share_of([overlap > RIGHT_OVERLAP for overlap in overlaps]),
        hair_seen=share_of(seen),
        no_hair_seen=share_of(unseen),
        accepted=share_of(names),
        length_right=share_of(lengths),
    )


def model_card(
    recipe: Mapping[str, str], sources: Sequence[Source], scores: Sequence[SourceScore], kept: Sequence[str]
) -> str:
    """Return the model card, in Markdown, with what the training was told and which judges were kept."""
    lines = ["# Model of the learned method", ""]
    lines += [f"- {name}: {value}" for name, value in recipe.items()]
    if kept:
        lines.append(f"- judges left as hairpipe has them, for want of examples: {', '.join(kept)}")
    lines += ["", "## Pictures it learnt from", ""]
    headings = ("source", "weight", "pictures", "groups", "cut-outs", "without hair", "named", "length told")
    lines += _table(headings, [_counts(source) for source in sources])
    lines += ["", "## How good it is on pictures of groups it did not learn from", "", _SCORES, ""]
    lines += _table(HEADINGS, [score.cells() for score in scores])
    return "\n".join(lines) + "\n"


def _counts(source: Source) -> tuple[str, ...]:
    pictures = source.pictures
    without_hair = Counter(picture.presence for picture in pictures if not picture.visible)
    return (
        source.name,
        f"{source.weight:g}",
        str(len(pictures)),
        str(len({picture.group for picture in pictures})),
        str(sum(picture.cutout for picture in pictures)),
        ", ".join(f"{count} {reason}" for reason, count in sorted(without_hair.items())) or "0",
        str(sum(bool(picture.names) for picture in pictures)),
        str(sum(picture.length is not None for picture in pictures)),
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] * len(headings)
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]
