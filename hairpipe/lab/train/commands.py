"""``hairpipe train``: models of one's own, from one's own labelled pictures."""

from __future__ import annotations

import click

from hairpipe.lab.train.masks.command import masks
from hairpipe.lab.train.names.command import names
from hairpipe.lab.train.pseudo_labels_command import pseudo_labels_command


@click.group(short_help="learn names or masks from labelled pictures")
def train() -> None:
    """Learn from labelled pictures what the extraction knows."""


train.add_command(names)
train.add_command(masks)
train.add_command(pseudo_labels_command)
