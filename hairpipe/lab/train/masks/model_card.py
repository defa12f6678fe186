"""What a model was made from and how good it is, as a text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hairpipe.lab.train.masks.scores import HEADINGS, SourceScore
from hairpipe.lab.train.samples.sources import Source

CARD_FILE = "MODEL.md"

_SCORES = """\
Each picture was judged by a network, trees and judges that learnt from other drawings or folders only, with
its face box given in three of ten cases where one is known. What they went on from, and the name model that
comes with hairpipe, may know these pictures. IoU counts 0 where hair is not seen; hair and no hair are the
parts of the pictures with and without any of which that is said."""


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
    return (
        source.name,
        f"{source.weight:g}",
        str(len(pictures)),
        str(len({picture.group for picture in pictures})),
        str(sum(picture.cutout for picture in pictures)),
        _without_hair(Counter(picture.presence for picture in pictures if not picture.visible)),
        str(sum(bool(picture.names) for picture in pictures)),
        str(sum(picture.length is not None for picture in pictures)),
    )


def _without_hair(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "0"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] * len(headings)
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]
