"""What the commands that measure and teach have in common."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER: click.Path = click.Path(path_type=Path, file_okay=False)
FILE: click.Path = click.Path(path_type=Path, dir_okay=False)
COUNT = click.IntRange(min=1)
SHOW_DEFAULTS = {"show_default": True}
"""For `context_settings`."""
