"""Arguments that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from hairpipe.errors import ConfigError
from hairpipe.plan.losses import Allowed
from hairpipe.storage.folder import Folder
from hairpipe.store.manifest import STATE

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one setting, such as cluster.workers=4; may be given several times.",
)


def with_configuration(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``CONFIG...`` and ``--set``."""
    return click.argument("files", nargs=-1, required=True, metavar="CONFIG...")(set_option(function))


def with_allowances(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--allow-removals``, ``--allow-failures``, ``--allow-new-source``: one argument ``allowed``."""

    @functools.wraps(function)
    def with_allowed(
        *, allow_removals: bool, allow_failures: bool, allow_new_source: bool, **arguments: Any
    ) -> Any:
        return function(allowed=Allowed(allow_removals, allow_failures, allow_new_source), **arguments)

    removals = click.option(
        "--allow-removals",
        is_flag=True,
        help="Known portraits that the scrape doesn't have are gone, however many.",
    )
    failures = click.option(
        "--allow-failures",
        is_flag=True,
        help="Portraits that were ok and fail now become failures, however many; else their rows stay.",
    )
    new_source = click.option(
        "--allow-new-source",
        is_flag=True,
        help="It is a new source, though most of its portraits are known under another name.",
    )
    return removals(failures(new_source(with_allowed)))


def output_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``OUT``, the folder or URL of the tables."""
    return click.argument("output", metavar="OUT")(function)


def existing_output(output: str) -> Folder:
    """Return the folder of ``OUT``.

    Raises
    ------
    ConfigError
        If no run has ever written to it: most likely it is a typing mistake.
    """
    folder = Folder(output)
    folder.refuse_file()
    if not folder.exists(STATE):
        raise ConfigError(f"{output} is no output of hairpipe; name the folder that a run writes to")
    return folder
