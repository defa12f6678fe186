"""A source that has got another name: its scrape is told from a new source's by what is in it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hairpipe.errors import ConfigError
from hairpipe.run.rows import profile_digest
from hairpipe.source.profile import Portrait, Reject

# So many portraits of a scrape tell.
_LOOKED_AT = 1000


@dataclass(frozen=True)
class FormerName:
    """The name under which most of a scrape's portraits are known.

    Attributes
    ----------
    name : str
    same : int
        Portraits of the scrape that are known under it.
    of : int
        Portraits of the scrape that were looked at, its first ones.
    """

    name: str
    same: int
    of: int


def check_name(portraits: Callable[[], Iterable[Portrait | Reject]], inventory: pa.Table, name: str) -> None:
    """Raise ConfigError if most of a scrape's portraits are known under another name of their source.

    Parameters
    ----------
    portraits : callable
        Returns the scrape.
    inventory : pyarrow.Table
        What is known of all portraits.
    name : str
        The source's name now.
    """
    former = former_name(portraits(), inventory, name)
    if former is not None:
        command = shlex.join(["hairpipe", "sources", "OUT", "--rename", former.name, name])
        raise ConfigError(
            f"source.name: {former.same} of the first {former.of} portraits of this scrape are known as "
            f"those of source {former.name!r}, none as of {name!r}: set the name back, give the portraits "
            f"the new one with `{command}`, or, if it is a new source, run with --allow-new-source"
        )


def former_name(portraits: Iterable[Portrait | Reject], inventory: pa.Table, name: str) -> FormerName | None:
    """Return the name that a source seems to have had, None where it has portraits under its own.

    The same ids alone tell nothing: two scrapes may well number their profiles alike. A portrait is the
    same where its profile or its picture is, too.

    Parameters
    ----------
    portraits : iterable of Portrait or Reject
        The scrape; only its beginning is read.
    inventory : pyarrow.Table
        What is known of all portraits.
    name : str
        The source's name now.
    """
    if not len(inventory) or pc.any(pc.equal(inventory["source"], name)).as_py():
        return None
    found = {p.portrait_id: p for p in islice((p for p in portraits if isinstance(p, Portrait)), _LOOKED_AT)}
    known = inventory.filter(pc.is_in(inventory["portrait_id"], pa.array(list(found), pa.string())))
    same = Counter(row["source"] for row in known.to_pylist() if _is_same(found[row["portrait_id"]], row))
    for source, count in same.most_common(1):
        if 2 * count > len(found):
            return FormerName(source, count, len(found))
    return None


def _is_same(portrait: Portrait, row: dict[str, Any]) -> bool:
    same_picture = (portrait.image, portrait.size) == (row["image"], row["image_size"])
    if portrait.image is not None and portrait.size is not None and same_picture:
        return True
    # Of an id alone the digest says no more than the id.
    says_more = portrait.name is not None or any(value is not None for value in portrait.attributes.values())
    return says_more and row["profile_digest"] == profile_digest(portrait)
