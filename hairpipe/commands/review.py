"""The command ``review``."""

from __future__ import annotations

import getpass
import importlib.util
from pathlib import Path

import click

from hairpipe.commands.options import output_argument
from hairpipe.errors import ConfigError
from hairpipe.report.pictures import PictureShelf
from hairpipe.report.results import open_results
from hairpipe.review.desk import ReviewService
from hairpipe.review.export import export_masks
from hairpipe.review.labels import LabelStore
from hairpipe.terminal import counted


@click.command()
@output_argument
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Default: any free one.")
@click.option("--reviewer", default=None, help="Name saved with your labels; default: your user name.")
@click.option(
    "--export",
    "export_to",
    default=None,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Serve nothing: write the pictures whose masks were judged good, with their masks.",
)
def review(output: str, port: int, reviewer: str | None, export_to: Path | None) -> None:
    """\b
    Examples:
      hairpipe review out/characters
      hairpipe review out/characters --port 8800 --reviewer ann
      hairpipe review out/characters --export masks     what `hairpipe train` learns from

    Judge portraits on a page in the browser: 1 good, 2 so-so, 3 ugly. The page is served to this
    machine alone. Labels are saved at once, under OUT/labels, and kept through later runs.
    """
    results = open_results(output)
    if export_to is not None:
        exported = export_masks(results, PictureShelf(results), export_to)
        click.echo(f"{counted(exported, 'picture')} and as many masks in {export_to / 'masks.csv'}")
        return
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("uvicorn") is None:
        raise ConfigError(
            "the review page needs a web server; install it with: pip install 'hairpipe[review]'"
        )
    from hairpipe.review import server

    with server.listening_socket(port) as listener:
        desk = ReviewService(results, LabelStore(results.folder, reviewer or getpass.getuser()))
        click.echo(f"{server.address(listener)}  (Ctrl+C to stop)")
        server.serve(desk, listener)
