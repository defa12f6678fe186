"""Commands about the tables as such: ``files``, ``verify``, ``rollback``, ``gc`` and ``rebucket``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TypeVar

import click

from hairpipe.commands.options import existing_output, output_argument
from hairpipe.errors import EXIT_OK, EXIT_VERIFY, ConfigError, StoreError
from hairpipe.run.progress import watched
from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_name
from hairpipe.store.check.verify import verify as verify_tables
from hairpipe.store.lock import OutputLock
from hairpipe.store.log.run_id import new_run_id
from hairpipe.store.manifest import latest_manifest, read_manifest, versions
from hairpipe.store.publish import rollback as rollback_module
from hairpipe.store.publish.gc import collect_garbage, kept_for_damage
from hairpipe.store.publish.publish import rebucket as spread_over
from hairpipe.store.publish.publish import recover
from hairpipe.store.schema import PUBLIC_TABLES, TableName
from hairpipe.store.store import Store
from hairpipe.terminal import counted, printable

Task = TypeVar("Task")
Result = TypeVar("Result")


@click.command()
@output_argument
@click.option(
    "--table",
    type=click.Choice([str(table) for table in PUBLIC_TABLES]),
    default=str(TableName.PORTRAITS),
    show_default=True,
)
@click.option("--version", type=int, default=None, help="One of those kept; default: the current one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with each file's bucket and rows.")
def files(output: str, table: str, version: int | None, as_json: bool) -> None:
    """\b
    Examples:
      hairpipe files out/characters
      hairpipe files out/characters --table hair_colors --json

    Print the Parquet files of one version of a table, a path a line, for readers that are to see that
    version and no other: they never change, and stay until run.keep_versions later versions are
    published or `hairpipe gc` removes them.
    """
    folder = existing_output(output)
    manifest = latest_manifest(folder) if version is None else read_manifest(folder, version)
    if manifest is None:
        raise _no_tables(folder)
    entries = [entry for _, entry in sorted(manifest.entries(TableName(table)).items())]
    paths = [folder.address(entry.object_path) for entry in entries]
    if not as_json:
        click.echo("\n".join(paths))
        return
    listed = [
        {"path": path, "bucket": bucket_name(entry.bucket), "rows": entry.rows, "bytes": entry.bytes}
        for path, entry in zip(paths, entries, strict=True)
    ]
    click.echo(json.dumps({"version": manifest.version, "table": table, "files": listed}, indent=2))


@click.command()
@output_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify(output: str, as_json: bool) -> None:
    """\b
    Examples:
      hairpipe verify out/characters
      hairpipe verify s3://bucket/characters --json

    Check the tables from the files themselves; exit code 4 when something is off.
    """
    report = verify_tables(existing_output(output))
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2, default=str))
    else:
        for problem in report.problems:
            click.echo(printable(f"{problem.where}: {problem.what}; {problem.remedy}"))
        found = "all well" if not report.problems else counted(len(report.problems), "problem")
        click.echo(f"{found}: {counted(report.rows, 'portrait')} in version {report.version}")
    sys.exit(EXIT_VERIFY if report.problems else EXIT_OK)


@click.command()
@output_argument
@click.argument("version", type=int, required=False)
def rollback(output: str, version: int | None) -> None:
    """\b
    Examples:
      hairpipe rollback out/characters        list the versions kept
      hairpipe rollback out/characters 12     publish version 12 again

    Go back to an earlier version of the tables; it becomes the newest one.
    """
    folder = existing_output(output)
    if version is None:
        for number in versions(folder):
            try:
                manifest = read_manifest(folder, number)
            except StoreError:
                click.echo(f"{number}\tdamaged")
                continue
            when = manifest.published_at.isoformat(timespec="seconds")
            click.echo(f"{number}\t{when}\t{counted(manifest.rows, 'portrait')}\trun {manifest.run_id}")
        return
    restored = under_lock(folder, lambda store, lock: rollback_module.rollback(store, lock, version))
    click.echo(f"version {version} is current again, as version {restored.version}")


@click.command()
@output_argument
@click.option(
    "--keep", default=3, show_default=True, type=click.IntRange(0), help="Versions to keep for rollback."
)
def gc(output: str, keep: int) -> None:
    """\b
    Examples:
      hairpipe gc out/characters
      hairpipe gc out/characters --keep 0

    Remove old versions and every file that no kept version needs.
    """
    garbage = under_lock(existing_output(output), lambda store, lock: collect_garbage(store, lock, keep))
    click.echo(
        f"removed {counted(len(garbage.versions), 'version')}, {counted(garbage.objects, 'file')}, "
        f"{garbage.bytes / 2**20:.1f} MiB"
    )
    for text in kept_for_damage(garbage):
        click.echo(text, err=True)


@click.command()
@output_argument
@click.argument("buckets", type=click.IntRange(1, 2**16))
def rebucket(output: str, buckets: int) -> None:
    """\b
    Example:
      hairpipe rebucket out/characters 64

    Spread the same rows over another number of buckets, a power of two.
    """
    folder = existing_output(output)
    store = under_lock(folder, lambda store, lock: spread_over(store, lock, buckets, watch_tasks))
    click.echo(f"{counted(store.buckets, 'bucket')} in version {store.version}")


def watch_tasks(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> list[Result]:
    """Do tasks here, one after the other, and show on standard error how many are done."""
    return [function(task) for task in watched([*tasks], noun="step")]


def under_lock(folder: Folder, action: Callable[[Store, OutputLock], Result]) -> Result:
    """Return what an action on the current version gives while no other run can write.

    Raises
    ------
    StoreError
        If nothing has been published in the folder.
    LockedError
        If another run holds it.
    """
    if not versions(folder):
        raise _no_tables(folder)
    with OutputLock(folder, new_run_id(), notice=lambda text: click.echo(text, err=True)) as lock:
        return action(recover(folder, lock), lock)


def _no_tables(folder: Folder) -> ConfigError:
    return ConfigError(f"{folder.url} holds no tables of hairpipe; name the output folder of a run")
