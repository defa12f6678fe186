"""The card of a data set: what it holds, where it is from, how good it is, and whose the pictures are."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version as installed_version
from typing import Any

import jinja2
import yaml
from markupsafe import Markup

from hairpipe.results.selection import SelectedTables
from hairpipe.status import Status
from hairpipe.store.schema import DESCRIBED, TableName
from hairpipe.terminal import printable

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGEST = "1M<n<10M"
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")


COUNTED = ("source", "status", "quality_group", "hair_color", "method", "fingerprint")
"""What portraits are counted by, all at once."""


def card(selected: SelectedTables, counts: Counter[tuple[Any, ...]], pictures: bool) -> str:
    """Return the card as Markdown with a YAML head, as the Hugging Face Hub reads it.

    Whatever comes from the scrape or the configuration is text in it: no markup, no link, no row.

    Parameters
    ----------
    counts : Counter of tuple
        Of the portraits that were written, by `COUNTED`.
    pictures : bool
        Whether the pictures are part of it.
    """
    manifest = selected.store.manifest
    assert manifest is not None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hairpipe.results"),
        undefined=jinja2.StrictUndefined,
        finalize=markdown_text,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("card.md.j2").render(
        head=Markup(yaml.safe_dump(_head(counts.total()), sort_keys=False)),
        portraits=counts.total(),
        pictures=pictures,
        selection=_words_of(selected),
        version=manifest.version,
        published=manifest.published_at.date().isoformat(),
        hairpipe=installed_version("hairpipe"),
        methods=sorted(_by(counts, "method", "fingerprint").items()),
        sources=_of_sources(counts),
        colors=[(name, count) for (name,), count in _by(counts, "hair_color").most_common() if name],
        columns=[
            (column.name, _LINK.sub(r"\1", column.metadata[b"description"].decode()))
            for column in DESCRIBED[TableName.PORTRAITS]
        ],
        carry=sorted(selected.store.carry.items()),
    )


def markdown_text(value: object) -> str | Markup:
    """Return what Markdown shows as this very text; what is Markup stays."""
    if isinstance(value, Markup):
        return value
    return _PUNCTUATION.sub(r"\\\g<0>", printable(value))


def _by(counts: Counter[tuple[Any, ...]], *columns: str) -> Counter[tuple[Any, ...]]:
    """Return the counts by some of the columns alone."""
    found = Counter[tuple[Any, ...]]()
    for values, count in counts.items():
        found[tuple(values[COUNTED.index(column)] for column in columns)] += count
    return found


def _head(portraits: int) -> Mapping[str, Any]:
    size = next((name for limit, name in _SIZES if portraits < limit), _LARGEST)
    return {
        "pretty_name": "Hair of anime portraits, found by hairpipe",
        "license": "other",
        "license_name": "pictures-keep-their-owners-rights",
        "task_categories": ["image-segmentation"],
        "tags": ["anime", "hair", "color"],
        "size_categories": [size],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/*.parquet"}]}],
    }


def _words_of(selected: SelectedTables) -> str:
    """Return what was asked for, in words; nothing where all portraits were."""
    wanted = selected.selection
    words = [] if wanted.quality is None else [f"of quality {wanted.quality} or more"]
    words += [f"with {' or '.join(wanted.colors)} hair"] if wanted.colors else []
    words += [] if wanted.run is None else [f"written by run {wanted.run}"]
    words += [] if wanted.source is None else [f"of source {wanted.source}"]
    return ", ".join(words)


def _of_sources(counts: Counter[tuple[Any, ...]]) -> list[tuple[str, list[int]]]:
    """Return each source with its portraits: all, those with hair, the good, so-so and ugly ones of them."""
    table = []
    kinds = _by(counts, "source", "status", "quality_group")
    for name in sorted({source for source, _, _ in kinds}):
        own = [(status, group, n) for (source, status, group), n in kinds.items() if source == name]
        numbers = [sum(n for *_, n in own), sum(n for status, _, n in own if status == Status.OK)]
        numbers += [sum(n for _, group, n in own if group == wanted) for wanted in ("good", "so_so", "ugly")]
        table.append((name, numbers))
    return table
