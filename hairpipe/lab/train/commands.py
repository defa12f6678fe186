"""``hairpipe train``: models of one's own, from one's own labelled pictures."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases
from hairpipe.lab.options import FOLDER
from hairpipe.lab.train.masks.command import masks
from hairpipe.lab.train.names.command import names
from hairpipe.lab.train.pseudo_labels import pseudo_labels, write_pseudo_labels


@click.group(short_help="learn names or masks from labelled pictures")
def train() -> None:
    """Learn from labelled pictures what the extraction knows."""


train.add_command(names)
train.add_command(masks)


@train.command("pseudo-labels", short_help="Masks for pictures whose hair colour is known.")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--output", required=True, type=FOLDER, help="Folder for the masks.")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many pictures.")
def pseudo_labels_command(folder: Path, output: Path, limit: int | None) -> None:
    """\b
    Examples:
      hairpipe train pseudo-labels my/tagged --output my/pseudo
      hairpipe train masks my/masked my/pseudo=0.5 --output my/model

    Find the hair of the pictures in DIR/labels.csv (image, hair, and where known also_acceptable and
    character) and keep the masks whose colour is the stated one, as a folder that `hairpipe train masks`
    learns from.
    """
    shown = Console(stderr=True)
    cases = color_cases(folder, limit)
    watched = track(cases, description=folder.name, console=shown, transient=True)
    kept = write_pseudo_labels(pseudo_labels(watched, Settings(method="learned")), output)
    shown.print(f"{kept} of {len(cases)} pictures have hair of the colour stated: {output / 'masks.csv'}")
