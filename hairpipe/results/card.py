"""The card of a data set: what it holds, where it is from, how good it is, and whose the pictures are."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from typing import Any

import jinja2
import pyarrow as pa
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


@dataclass
class CardCounts:
    """How many portraits there are of what, counted bucket by bucket."""

    kinds: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    colors: Counter[tuple[str | None]] = field(default_factory=Counter)
    methods: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, portraits: pa.Table) -> None:
        """Count some more rows of the portraits table."""
        _count(self.kinds, portraits, ["source", "status", "quality_group"])
        _count(self.colors, portraits, ["hair_color"])
        _count(self.methods, portraits, ["method", "fingerprint"])

    @property
    def portraits(self) -> int:
        """How many were counted."""
        return self.kinds.total()


def _count(counter: Counter[Any], rows: pa.Table, columns: list[str]) -> None:
    for row in rows.group_by(columns).aggregate([([], "count_all")]).to_pylist():
        counter[tuple(row[name] for name in columns)] += row["count_all"]


def card(selected: SelectedTables, counts: CardCounts, pictures: bool) -> str:
    """Return the card as Markdown with a YAML head, as the Hugging Face Hub reads it.

    Whatever comes from the scrape or the configuration is text in it: no markup, no link, no row.

    Parameters
    ----------
    counts : CardCounts
        Of the portraits that were written.
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
        head=Markup(yaml.safe_dump(_head(counts.portraits), sort_keys=False)),
        portraits=counts.portraits,
        pictures=pictures,
        selection=_words_of(selected),
        version=manifest.version,
        published=manifest.published_at.date().isoformat(),
        hairpipe=installed_version("hairpipe"),
        methods=sorted(counts.methods.items()),
        sources=_of_sources(counts),
        colors=[(name, count) for (name,), count in counts.colors.most_common() if name],
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


def _of_sources(counts: CardCounts) -> list[tuple[str, list[int]]]:
    """Return each source with its portraits: all, those with hair, the good, so-so and ugly ones of them."""
    table = []
    for name in sorted({source for source, _, _ in counts.kinds}):
        own = [(status, group, n) for (source, status, group), n in counts.kinds.items() if source == name]
        numbers = [sum(n for *_, n in own), sum(n for status, _, n in own if status == Status.OK)]
        numbers += [sum(n for _, group, n in own if group == wanted) for wanted in ("good", "so_so", "ugly")]
        table.append((name, numbers))
    return table
