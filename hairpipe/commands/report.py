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

    Write a page with the statuses, hair colours, contact sheets, speed and changes: one HTML file
    that needs no network.
    """
    click.echo(write_report(output, run_id))
