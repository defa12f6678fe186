"""The command ``report``."""

from __future__ import annotations

import click

from hairpipe.commands.options import output_argument
from hairpipe.report.page import write_report


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
    click.echo(write_report(output, run_id))
