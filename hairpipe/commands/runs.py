"""Commands about runs: ``status``, ``runs`` and ``quarantine``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from hairpipe.commands.options import existing_output, output_argument
from hairpipe.commands.run import progress, show
from hairpipe.config import Config
from hairpipe.errors import ConfigError
from hairpipe.run.job import run_job
from hairpipe.run.policy import QUARANTINED
from hairpipe.store.lock import read_holder
from hairpipe.store.log.records import read_events, read_record
from hairpipe.store.log.runs import read_runs
from hairpipe.store.parquet import with_column
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store, open_store
from hairpipe.terminal import counted, table_line

RUN_COLUMNS = (
    *("run_id", "exit_code", "version", "new", "changed", "stale", "retry", "removed", "planned"),
    *("status_ok", "seconds"),
)
_QUARANTINE_COLUMNS = ("portrait_id", "status", "image", "error", "source")


@click.command()
@output_argument
def status(output: str) -> None:
    """\b
    Example:
      hairpipe status out/characters

    Say, from any terminal, what a run on this output folder is doing.
    """
    folder = existing_output(output)
    holder = read_holder(folder)
    if holder is None:
        click.echo("no run holds this folder")
        return
    alive = holder.seems_alive(time.time())
    click.echo(
        f"run {holder.run_id} {'is at work' if alive else 'has died'}: process {holder.pid} on {holder.host}"
    )
    for line in _progress_lines(read_events(folder, holder.run_id)):
        click.echo(line)


@click.command()
@output_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def runs(output: str, as_json: bool) -> None:
    """\b
    Example:
      hairpipe runs out/characters

    List the runs of an output folder, oldest first; tab-separated.
    """
    rows = read_runs(existing_output(output)).to_pylist()
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, default=str))
        return
    click.echo("\t".join(RUN_COLUMNS))
    for row in rows:
        click.echo(table_line(_cell(row[column]) for column in RUN_COLUMNS))


@click.group()
def quarantine() -> None:
    """Portraits that killed or hung the process that looked at them."""


@quarantine.command("list", short_help="Which they are, and why.")
@output_argument
def list_quarantined(output: str) -> None:
    """\b
    Example:
      hairpipe quarantine list out/characters

    List the quarantined portraits: id, status, picture, reason, source; tab-separated.
    """
    for row in _quarantined(open_store(existing_output(output))):
        click.echo(table_line(row[name] for name in _QUARANTINE_COLUMNS))


@quarantine.command(short_help="Try them once more.")
@output_argument
@click.option(
    "--source", default=None, metavar="NAME", help="Needed where several have quarantined portraits."
)
def retry(output: str, source: str | None) -> None:
    """\b
    Examples:
      hairpipe quarantine retry out/characters
      hairpipe quarantine retry out/characters --source site-b

    Run the source's last configuration again and try its quarantined portraits once more, however often
    they have failed.
    """
    folder = existing_output(output)
    store = open_store(folder)
    config = _last_config(store, _source_to_retry(store, source))
    tried = store.counts(TableName.INVENTORY, ["attempts", "status"])
    attempts = max((attempts for attempts, status in tried if status in QUARANTINED), default=0)
    limit = max(config.run.max_attempts, attempts + 1)
    config = config.model_copy(update={"run": config.run.model_copy(update={"max_attempts": limit})})
    with progress() as observer:
        summary = run_job(config, [observer])
    show(summary)


def _progress_lines(seen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    planned = next((event for event in seen if event["event"] == "RunPlanned"), None)
    if planned is None:
        yield "it is still planning, or has nothing to do"
        return
    finished = (event.get("portraits", 0) for event in seen if event["event"] == "BatchFinished")
    done = planned.get("resumed", 0) + sum(finished)
    yield f"{done} of {counted(planned.get('portraits', 0), 'portrait')} finished"
    yield f"last heard of: {seen[-1]['event']} at {seen[-1].get('time')}"


def _source_to_retry(store: Store, source: str | None) -> str | None:
    """Return the source that has quarantined portraits, None where none has."""
    found = sorted({row["source"] for row in _quarantined(store)})
    if source is None and len(found) > 1:
        raise ConfigError(
            f"{store.folder.url} has quarantined portraits of several sources: {', '.join(found)}; "
            "say which ones to try again with --source NAME"
        )
    if source is not None and source not in found:
        there = f"those that have some: {', '.join(found)}" if found else "no source has any"
        raise ConfigError(f"{store.folder.url} has no quarantined portraits of source {source!r}; {there}")
    return found[0] if source is None and found else source


def _last_config(store: Store, source: str | None) -> Config:
    """Return the configuration of the run that wrote a source's newest rows, or of the last run at all."""
    run_id = store.last_run_id
    if source is not None:
        written = store.counts(TableName.PORTRAITS, ["source", "run_id"])
        run_id = max((run_id for name, run_id in written if name == source), default=None)
    record = None if run_id is None else read_record(store.folder, run_id)
    if record is None:
        raise ConfigError(f"{store.folder.url} has no record of a run; run `hairpipe run CONFIG` first")
    try:
        config = Config.model_validate(record.config)
    except ValidationError:
        raise ConfigError(
            f"the last run's configuration in {store.folder.url} is none that this version understands; run "
            "`hairpipe run CONFIG` with --set run.max_attempts one higher"
        ) from None
    if source is None:
        return config
    # It may have had another name then.
    return config.model_copy(update={"source": config.source.model_copy(update={"name": source})})


def _quarantined(store: Store) -> list[dict[str, Any]]:
    quarantined = pa.array(sorted(map(str, QUARANTINED)))
    found: list[dict[str, Any]] = []
    for rows in store.parts(TableName.PORTRAITS, (*_QUARANTINE_COLUMNS, "last_failure")):
        # Of a row that shows an earlier result, how the last look failed.
        rows = with_column(rows, "status", pc.coalesce(rows["last_failure"], rows["status"]))
        found += rows.filter(pc.is_in(rows["status"], value_set=quarantined)).to_pylist()
    return found


def _cell(value: Any) -> Any:
    return f"{value:.1f}" if isinstance(value, float) else value
