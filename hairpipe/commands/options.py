"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

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


def output_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``OUT``, the folder or URL of the tables."""
    return click.argument("output", metavar="OUT")(function)
