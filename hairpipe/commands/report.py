"""Commands that show what was found: ``report`` and ``explain``."""

from __future__ import annotations

from pathlib import Path

import click

from hairpipe.commands.options import output_argument
from hairpipe.errors import ConfigError
from hairpipe.extract.methods import METHODS
from hairpipe.extract.result import Box, Face
from hairpipe.extract.settings import Settings
from hairpipe.report.figures.explain import FigureFormat, explain_picture, explain_portrait, save
from hairpipe.report.page import write_report
from hairpipe.run.progress import progress_of


@click.command()
@output_argument
@click.option("--run", "run_id", default=None, help="Report on one run; default: on the whole database.")
def report(output: str, run_id: str | None) -> None:
    """\b
    Examples:
      hairpipe report out/characters
      hairpipe report out/characters --run 20261101T030000Z-1a2b3c

    Write a page with the hair colours, a gallery of the portraits, the changes and speed: one HTML file
    that needs no network. The gallery's pictures lie beside it, in runs/RUN_ID/gallery.
    """
    with progress_of("thumbnail") as tell:
        path = write_report(output, run_id, tell)
    click.echo(path)


@click.command()
@click.argument("target", metavar="PICTURE|OUT")
@click.argument("portrait_id", required=False)
@click.option(
    "--source", default=None, metavar="NAME", help="For an id that several sources have: which one is meant."
)
@click.option("--output", default="figures", show_default=True, help="Folder for the figures.")
@click.option(
    "--format",
    "kind",
    type=click.Choice([str(kind) for kind in FigureFormat]),
    default="png",
    show_default=True,
    help="A file for each figure, or one page with all of them.",
)
@click.option(
    "--method",
    type=click.Choice(list(METHODS)),
    default=None,
    help="For a picture: the method; default: the one a run would use.",
)
@click.option("--face", default=None, metavar="X,Y,W,H", help="For a picture: the face box in pixels.")
def explain(
    target: str,
    portrait_id: str | None,
    source: str | None,
    output: str,
    kind: str,
    method: str | None,
    face: str | None,
) -> None:
    """\b
    Examples:
      hairpipe explain portrait.png
      hairpipe explain portrait.png --face 40,60,80,80 --format html
      hairpipe explain out/characters 1001
      hairpipe explain out/characters 1001 --source site-b

    Draw what happens to a portrait step by step: its colours, the face, the ring round it, the hair.
    A portrait of an output is drawn with the settings of its run, failures up to where they stopped.
    """
    if portrait_id is None:
        if source is not None:
            raise click.UsageError("--source is for a portrait of an output: give its id, too")
        settings = Settings() if method is None else Settings.model_validate({"method": method})
        found = explain_picture(Path(target), settings, None if face is None else _face(face))
    else:
        if method is not None or face is not None:
            raise click.UsageError("--method and --face are for a picture; a portrait has those of its run")
        found = explain_portrait(target, portrait_id, source)
    for path in save(found, Path(output), FigureFormat(kind)):
        click.echo(path)


def _face(text: str) -> Face:
    try:
        x, y, w, h = (float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"--face {text!r}: write it as x,y,w,h in pixels") from None
    return Face(Box(x, y, w, h), "given")
