"""``hairpipe demo``."""

from __future__ import annotations

from pathlib import Path

import click

from hairpipe.commands.run import progress, show
from hairpipe.config import load_config
from hairpipe.lab.synthetic.scrape import TABLE, write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan
from hairpipe.run.job import run_job
from hairpipe.terminal import counted


@click.command()
@click.option(
    "--output",
    "folder",
    default="hairpipe-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the drawn scrape and the tables.",
)
@click.option("--profiles", default=500, show_default=True, type=click.IntRange(1), help="Profiles to draw.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default one per core.")
def demo(folder: Path, profiles: int, workers: int | None) -> None:
    """\b
    Examples:
      hairpipe demo
      hairpipe demo --output /tmp/demo --profiles 2000

    Draw a small scraped database, run the job on it and show what came out.

    Some of its entries are broken on purpose. A second call finds nothing to do.
    """
    scrape = folder / "scrape"
    if not (scrape / TABLE).exists():
        click.echo(f"drawing {counted(profiles, 'profile')} into {scrape}", err=True)
        write_table_scrape(scrape, ScrapePlan(profiles=profiles))
    overrides = [
        "source.kind=table",
        f"source.path={scrape / TABLE}",
        "source.carry={gender: string, birth_year: int, series: string, favorites: int}",
        f"output={folder / 'out'}",
    ]
    if workers is not None:
        overrides.append(f"cluster.workers={workers}")
    config = load_config([], overrides).config
    with progress() as observer:
        summary = run_job(config, [observer])
    show(summary)
