"""Extract the hair of a scraped database: what a scheduler launches.

The same as ``hairpipe run CONFIG``; see the README for exit codes.
"""

from __future__ import annotations

import click

from hairpipe.cli import main_with
from hairpipe.commands.options import set_option
from hairpipe.commands.run import execute


@click.command()
@click.option(
    "--config", "files", multiple=True, required=True, metavar="FILE", help="May be given several times."
)
@set_option
def extract_hair(files: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Extract what is new, changed or stale in the scrape, and publish it."""
    execute(files, overrides)


if __name__ == "__main__":
    main_with(extract_hair)
