"""``hairpipe run`` and ``hairpipe plan``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import NoReturn

import click
from rich.console import Console

from hairpipe.commands.options import set_option, with_allowances, with_configuration
from hairpipe.config import load_config
from hairpipe.errors import HairpipeError
from hairpipe.plan.losses import Allowed
from hairpipe.plan.plan_summary import plan_job
from hairpipe.report.page import write_report
from hairpipe.run.job import RunSummary, run_job
from hairpipe.run.progress import LogProgress, TerminalProgress, is_live, progress_of
from hairpipe.run.summary import print_plan, print_summary
from hairpipe.store.log.events import Observer


@click.command()
@with_configuration
@with_allowances
def run(files: tuple[str, ...], overrides: tuple[str, ...], allowed: Allowed) -> None:
    """\b
    Examples:
      hairpipe run configs/local.yaml
      hairpipe run base.yaml night.yaml --set cluster.workers=8
      HAIRPIPE__OUTPUT=out/test hairpipe run my.yaml

    Extract what is new, changed or stale in the scrape, and publish it.

    Later files override earlier ones, environment variables the files, --set all of them.
    """
    execute(files, overrides, allowed)


@click.command()
@click.option(
    "--config", "files", multiple=True, required=True, metavar="FILE", help="May be given several times."
)
@set_option
@with_allowances
def extract_hair(files: tuple[str, ...], overrides: tuple[str, ...], allowed: Allowed) -> None:
    """Extract what is new, changed or stale in the scrape, and publish it."""
    execute(files, overrides, allowed)


def execute(files: Iterable[str], overrides: Iterable[str], allowed: Allowed) -> NoReturn:
    """Run the job, show what came of it, and exit with its code."""
    config = load_config(files, overrides).config
    with progress() as observer:
        summary = run_job(config, [observer], allowed)
    show(summary)


def show(summary: RunSummary) -> NoReturn:
    """Write a run's report, print what came of it, and exit with its code."""
    if summary.version is not None:
        try:
            with progress_of("thumbnail") as tell:
                write_report(summary.output, summary.run_id, tell)
        except HairpipeError as error:
            # The run is done, and its record says so.
            again = f"hairpipe report {summary.output} --run {summary.run_id}"
            click.echo(f"hairpipe: the report is missing ({error}); `{again}` writes it", err=True)
    print_summary(summary, Console())
    sys.exit(summary.exit_code)


@click.command()
@with_configuration
@with_allowances
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def plan(files: tuple[str, ...], overrides: tuple[str, ...], allowed: Allowed, as_json: bool) -> None:
    """\b
    Examples:
      hairpipe plan my.yaml
      hairpipe plan my.yaml --json | jq .counts.new

    Say what a run would do; nothing is written.
    """
    planned = plan_job(load_config(files, overrides).config, allowed)
    if as_json:
        click.echo(json.dumps(planned.to_json(), indent=2))
    else:
        print_plan(planned, Console())


def progress() -> AbstractContextManager[Observer]:
    """Return the observer that suits standard error: a live bar, or plain lines."""
    console = Console(stderr=True)
    if is_live(console):
        return TerminalProgress(console)
    return LogProgress(lambda line: click.echo(line, err=True))
