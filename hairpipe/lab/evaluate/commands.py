"""``hairpipe evaluate masks`` and ``hairpipe evaluate colors``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from hairpipe.extract.methods import METHODS
from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases, mask_cases
from hairpipe.lab.evaluate.colors import ColorEvaluation, evaluate_colors
from hairpipe.lab.evaluate.masks import MaskEvaluation, evaluate_masks
from hairpipe.lab.evaluate.sheet import color_sheet, mask_sheet, worst_color_scores, worst_mask_scores
from hairpipe.lab.evaluate.tables import print_color_reports, print_mask_reports
from hairpipe.lab.options import COUNT, FILE, FOLDER, SHOW_DEFAULTS
from hairpipe.report.views import png
from hairpipe.run.progress import watched

_FACE_GIVEN = {"given": (True,), "found": (False,), "both": (True, False)}


def _output_file(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Return a path that a file can be written to; refused before the work, not after it."""
    folder = Path() if path is None else path.parent
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}")
    if path is not None and not os.access(folder, os.W_OK):
        raise click.BadParameter(f"the folder {str(folder)!r} can't be written to")
    return path


def _common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the folders and the options that both commands share."""
    options = (
        click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER),
        click.option(
            "--method",
            "methods",
            multiple=True,
            type=click.Choice(list(METHODS)),
            help="A method to measure; may be given several times. Default: every method.",
        ),
        click.option("--limit", type=COUNT, help="At most this many, spread over the file."),
        click.option("--json", "json_file", type=FILE, callback=_output_file, help="Write all numbers."),
        click.option(
            "--sheet",
            "sheet_file",
            type=FILE,
            callback=_output_file,
            help="Write a PNG of what went worst with the last method.",
        ),
        click.option("--worst", type=COUNT, default=24, help="On the sheet."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def evaluate() -> None:
    """\b
    Examples:
      hairpipe evaluate masks my/masked
      hairpipe evaluate colors my/tagged --method learned --sheet worst.png

    Measure the extraction on labelled portraits.
    """


@evaluate.command(short_help="Hair masks against exact ones.", context_settings=SHOW_DEFAULTS)
@_common_options
@click.option("--box", type=click.Choice(list(_FACE_GIVEN)), default="both", help="Face box.")
def masks(
    folders: tuple[Path, ...],
    methods: tuple[str, ...],
    limit: int | None,
    json_file: Path | None,
    sheet_file: Path | None,
    worst: int,
    box: str,
) -> None:
    """\b
    Examples:
      hairpipe evaluate masks my/masked
      hairpipe evaluate masks my/masked --method learned --box given --json scores.json

    Compare hair masks with the exact ones that each DIR/masks.csv names.

    Its columns: image, mask, and where known drawing, background, the face box x, y, w, h, visible
    (no: there is no hair to be seen), hair, also_acceptable, length.
    """
    cases = [case for folder in folders for case in mask_cases(folder, limit)]
    trials = _settings(methods)
    evaluation = evaluate_masks(cases, trials, _FACE_GIVEN[box], watched)
    print_mask_reports(evaluation.reports, Console())
    _write_json(json_file, evaluation)
    if sheet_file is not None:
        last, given = trials[-1], _FACE_GIVEN[box][0]
        scores = [
            each for each in evaluation.scores if (each.method, each.face_given) == (last.method, given)
        ]
        sheet_file.write_bytes(png(mask_sheet(worst_mask_scores(scores, worst), cases, last)))


@evaluate.command(short_help="Names of hair colours against people's.", context_settings=SHOW_DEFAULTS)
@_common_options
def colors(
    folders: tuple[Path, ...],
    methods: tuple[str, ...],
    limit: int | None,
    json_file: Path | None,
    sheet_file: Path | None,
    worst: int,
) -> None:
    """\b
    Examples:
      hairpipe evaluate colors my/tagged
      hairpipe evaluate colors my/tagged --method learned --limit 300 --sheet worst.png

    Compare the names of hair colours with those that DIR/labels.csv tells.

    Its columns: image, hair, and where known also_acceptable (more names with / between) and
    character.
    """
    cases = [case for folder in folders for case in color_cases(folder, limit)]
    trials = _settings(methods)
    evaluation = evaluate_colors(cases, trials, watched)
    print_color_reports(evaluation.reports, Console())
    _write_json(json_file, evaluation)
    if sheet_file is not None:
        last = trials[-1]
        scores = [score for score in evaluation.scores if score.method == last.method]
        sheet_file.write_bytes(png(color_sheet(worst_color_scores(scores, worst), cases, last)))


def _settings(methods: Sequence[str]) -> list[Settings]:
    return [Settings.model_validate({"method": method}) for method in methods or METHODS]


def _write_json(file: Path | None, evaluation: MaskEvaluation | ColorEvaluation) -> None:
    if file is not None:
        file.write_text(json.dumps(asdict(evaluation), indent=1), encoding="utf-8")
