"""``hairpipe train``: models of one's own, from one's own labelled pictures."""

from __future__ import annotations

from importlib import resources
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from hairpipe.extract.color.name_model import MODEL_FILE
from hairpipe.extract.methods import METHODS
from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases
from hairpipe.lab.evaluate.colors import color_report
from hairpipe.lab.evaluate.tables import print_color_reports
from hairpipe.lab.options import COUNT, FILE, FOLDER, SHOW_DEFAULTS
from hairpipe.lab.train.masks.command import masks
from hairpipe.lab.train.naming import cross_validated, drawn_examples, fit_naming, name_examples
from hairpipe.lab.train.pseudo_labels import write_pseudo_labels
from hairpipe.run.progress import watched

_DRAWN = 500
"""Portraits that names are learnt from beside those of the folders."""


@click.group(short_help="learn names or masks from labelled pictures")
def train() -> None:
    """Learn from labelled pictures what the extraction knows."""


train.add_command(masks)


@train.command("pseudo-labels", short_help="Masks for pictures whose hair colour is known.")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--output", required=True, type=FOLDER, help="Folder for the masks.")
@click.option("--limit", type=COUNT, help="At most this many pictures.")
def pseudo_labels(folder: Path, output: Path, limit: int | None) -> None:
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
    seen = track(cases, description=folder.name, console=shown, transient=True)
    kept = write_pseudo_labels(seen, output)
    shown.print(f"{kept} of {len(cases)} pictures have hair of the colour stated: {output / 'masks.csv'}")


@train.command(short_help="The names of hair colours.", context_settings=SHOW_DEFAULTS)
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--method",
    type=click.Choice(list(METHODS)),
    default=list(METHODS)[-1],
    help="How hair is found.",
)
@click.option("--limit", type=COUNT, help="At most this many portraits of each folder.")
@click.option(
    "--output",
    type=FILE,
    help="Where to write the model. Default: in place of the one that hairpipe uses.",
)
def names(folders: tuple[Path, ...], method: str, limit: int | None, output: Path | None) -> None:
    """\b
    Examples:
      hairpipe train names my/tagged
      hairpipe train names my/characters my/faces --output name_model.json

    Fit the names of hair colours to portraits whose hair people named in DIR/labels.csv.

    Its columns: image, hair, and where known also_acceptable (more names with / between) and
    character. Prints, for each folder, how good the names are for characters left out.
    """
    settings = Settings.model_validate({"method": method})
    found = {folder: name_examples(color_cases(folder, limit), settings, watched) for folder in folders}
    drawn = drawn_examples(_DRAWN)
    examples = [example for folder in folders for example in found[folder]] + drawn
    scores = iter(cross_validated(examples))
    reports = [
        color_report(list(islice(scores, len(found[folder]))), folder.name, None) for folder in folders
    ]
    print_color_reports(reports, Console())
    counts = [f"{len(found[folder])} portraits of {folder.name}" for folder in folders]
    fitted_to = f"hair found by {method} in {', '.join(counts)} and {len(drawn)} drawn portraits"
    model = fit_naming(examples, fitted_to)
    text = model.model_dump_json(indent=1) + "\n"
    if output is None:
        with resources.as_file(resources.files("hairpipe.extract.color") / MODEL_FILE) as shipped:
            shipped.write_text(text, encoding="utf-8")
    else:
        output.write_text(text, encoding="utf-8")
