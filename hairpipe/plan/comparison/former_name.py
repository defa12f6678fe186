"""A source that has got another name: its scrape is told from a new source's by what is in it."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hairpipe.errors import ConfigError
from hairpipe.plan.comparison import query
from hairpipe.source.portrait_rows import portraits_of
from hairpipe.source.profile import Portrait, profile_digest
from hairpipe.storage.database import Database

# So many portraits of a scrape tell.
_LOOKED_AT = 1000


@dataclass(frozen=True)
class FormerName:
    """The name under which most of a scrape's portraits are known."""

    name: str
    same: int
    """Portraits of the scrape that are known under it."""
    of: int
    """Portraits of the scrape that were looked at, its first ones."""


def check_name(database: Database, name: str) -> None:
    """Raise ConfigError if most of a scrape's portraits are known under another name of their source.

    Parameters
    ----------
    database : Database
        With what the scrape has and what is known.
    name : str
        The source's name now.
    """
    former = former_name(database, name)
    if former is not None:
        command = shlex.join(["hairpipe", "sources", "OUT", "--rename", former.name, name])
        raise ConfigError(
            f"source.name: {former.same} of the first {former.of} portraits of this scrape are known as "
            f"those of source {former.name!r}, none as of {name!r}: set the name back, give the portraits "
            f"the new one with `{command}`, or, if it is a new source, run with --allow-new-source"
        )


def former_name(database: Database, name: str) -> FormerName | None:
    """Return the name that a source seems to have had, None where it has portraits under its own.

    The same ids alone tell nothing: two scrapes may well number their profiles alike. A portrait is the
    same where its profile or its picture is, too.

    Parameters
    ----------
    database : Database
        With what the scrape has and what is known; only the beginning of the scrape is looked at.
    name : str
        The source's name now.
    """
    own = database.one("SELECT count(*) FROM (SELECT 1 FROM known WHERE source = $name LIMIT 1)", name=name)
    if own[0]:
        return None
    found = [
        portrait
        for rows in database.batches(query.FIRST_PORTRAITS, _LOOKED_AT, count=_LOOKED_AT)
        for portrait in portraits_of(rows)
    ]
    by_id = {portrait.portrait_id: portrait for portrait in found}
    known = database.batches(query.KNOWN_OF_FIRST, _LOOKED_AT, count=_LOOKED_AT)
    same = Counter(
        row["source"]
        for rows in known
        for row in rows.to_pylist()
        if _is_same(by_id[row["portrait_id"]], row)
    )
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
