"""The command ``review``."""

from __future__ import annotations

import getpass
import importlib.util
from pathlib import Path

import click

from hairpipe.commands.options import output_argument
from hairpipe.commands.tables import under_lock, watch_tasks
from hairpipe.errors import ConfigError
from hairpipe.report.results import open_results
from hairpipe.review.export import export_masks
from hairpipe.review.service import ReviewService
from hairpipe.review.summary import summarise, summary_lines
from hairpipe.store.labels import LabelStore
from hairpipe.store.publish.publish import publish_labels
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
    help="Serve nothing: write the pictures whose masks are known, with their masks.",
)
@click.option("--publish", "publishes", is_flag=True, help="Serve nothing: bring the labels into the tables.")
@click.option("--summary", "summarises", is_flag=True, help="Serve nothing: say how good the tables are.")
def review(
    output: str,
    port: int,
    reviewer: str | None,
    export_to: Path | None,
    publishes: bool,
    summarises: bool,
) -> None:
    """\b
    Examples:
      hairpipe review out/characters
      hairpipe review out/characters --port 8800 --reviewer ann
      hairpipe review out/characters --export masks     what `hairpipe train` learns from
      hairpipe review out/characters --publish          now instead of with the next run
      hairpipe review out/characters --summary

    Judge masks and names on a page in the browser, and correct masks by clicks on their regions. The page
    is served to this machine alone. Labels are saved at once, under OUT/labels, and kept through later
    runs; the next run brings them into the tables.
    """
    results = open_results(output)
    if publishes:
        published = under_lock(results.folder, lambda store, lock: publish_labels(store, lock, watch_tasks))
        changed = published.version != results.store.version
        click.echo(f"version {published.version} has what was said" if changed else "nothing new was said")
        return
    if summarises:
        for line in summary_lines(summarise(results)):
            click.echo(line)
        return
    if export_to is not None:
        exported = export_masks(results, export_to)
        click.echo(f"{counted(exported, 'picture')} and as many masks in {export_to / 'masks.csv'}")
        return
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("uvicorn") is None:
        raise ConfigError(
            "the review page needs a web server; install it with: pip install 'hairpipe[review]'"
        )
    from hairpipe.review import server

    with server.listening_socket(port) as listener:
        service = ReviewService(results, LabelStore(results.folder, reviewer or getpass.getuser()))
        click.echo(f"{server.address(listener)}  (Ctrl+C to stop)")
        server.serve(service, listener)
