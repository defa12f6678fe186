"""Commands about what the tables hold: ``columns`` and ``sources``."""

from __future__ import annotations

import click
from pydantic import TypeAdapter, ValidationError

from hairpipe.commands.options import existing_output, output_argument
from hairpipe.commands.tables import under_lock, watch_tasks
from hairpipe.errors import ConfigError
from hairpipe.source.settings import SourceName
from hairpipe.store import labels
from hairpipe.store.lock import OutputLock
from hairpipe.store.publish.rewrite import check_rename, drop_columns, rename_source
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store, open_store
from hairpipe.terminal import table_line


@click.command()
@output_argument
@click.option("--drop", "dropped", multiple=True, metavar="NAME", help="May be given several times.")
def columns(output: str, dropped: tuple[str, ...]) -> None:
    """\b
    Examples:
      hairpipe columns out/characters                   list the attributes carried over, with their types
      hairpipe columns out/characters --drop birthday   publish the tables without that one

    Runs only ever add columns to the portraits table: one goes when it is dropped here. Earlier versions
    keep it (`hairpipe rollback`), and a run whose source.carry still names it brings it back.
    """
    folder = existing_output(output)
    if not dropped:
        for name, kind in open_store(folder).carry.items():
            click.echo(table_line((name, kind)))
        return
    changed = under_lock(folder, lambda store, lock: drop_columns(store, lock, dropped, watch_tasks))
    click.echo(f"dropped {', '.join(dropped)} in version {changed.version}")


@click.command()
@output_argument
@click.option(
    "--rename", nargs=2, default=None, metavar="OLD NEW", help="Give a source's portraits another name."
)
def sources(output: str, rename: tuple[str, str] | None) -> None:
    """\b
    Examples:
      hairpipe sources out/characters                         list the sources: name, portraits, removed ones
      hairpipe sources out/characters --rename scrape site-a

    A portrait is known by its source and its id: after source.name has changed, this gives the portraits
    that the output has of it, and their labels, the new name.
    """
    folder = existing_output(output)
    if rename is None:
        counts = open_store(folder).counts(TableName.INVENTORY, ["source", "removed"])
        for name in sorted({name for name, _ in counts}):
            click.echo(table_line((name, counts[name, False] + counts[name, True], counts[name, True])))
        return
    old, new = rename
    _check_name(new)
    changed = under_lock(folder, lambda store, lock: _rename(store, lock, old, new))
    click.echo(f"{old} is {new} in version {changed.version}")


def _check_name(name: str) -> None:
    try:
        TypeAdapter(SourceName).validate_python(name)
    except ValidationError:
        raise ConfigError(f"{name!r} is no name of a source; use letters and digits") from None


def _rename(store: Store, lock: OutputLock, old: str, new: str) -> Store:
    check_rename(store, old, new)
    # The tables follow last: should this be cut off, the same command finds the old name and carries on.
    labels.rename_source(store.folder, old, new)
    return rename_source(store, lock, old, new, watch_tasks)
