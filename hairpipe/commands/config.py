"""``hairpipe config show``."""

from __future__ import annotations

from typing import Any

import click
import yaml

from hairpipe.commands.options import with_configuration
from hairpipe.config import LoadedConfig, load_config
from hairpipe.terminal import printable

_ONE_LINE = 10**9


@click.group()
def config() -> None:
    """Look at configurations."""


@config.command(short_help="The configuration that a run would use.")
@with_configuration
@click.option("--origin", is_flag=True, help="Say after each value where it came from.")
def show(files: tuple[str, ...], overrides: tuple[str, ...], origin: bool) -> None:
    """\b
    Examples:
      hairpipe config show my.yaml
      hairpipe config show my.yaml --set method=article --origin

    Print the whole configuration that a run would use, as YAML.
    """
    loaded = load_config(files, overrides)
    values = loaded.config.model_dump(mode="json")
    if origin:
        for line in _lines_with_origins(values, loaded, ()):
            click.echo(line)
    else:
        click.echo(yaml.safe_dump(values, sort_keys=False), nl=False)


def _lines_with_origins(values: dict[str, Any], loaded: LoadedConfig, above: tuple[str, ...]) -> list[str]:
    lines = []
    for name, value in values.items():
        path = (*above, name)
        if isinstance(value, dict) and value:
            lines.append("  " * len(above) + f"{name}:")
            lines.extend(_lines_with_origins(value, loaded, path))
            continue
        text = yaml.safe_dump({name: value}, default_flow_style=True, width=_ONE_LINE).strip()[1:-1]
        origin = printable(loaded.origin(path))
        lines.append("  " * len(above) + f"{text}  # {origin}")
    return lines
