"""Writes the tables' columns and the configuration's keys into their pages: ``python -m tests.reference``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
from pydantic import BaseModel

from hairpipe.config import Config
from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.store.schema import DESCRIBED

DOCS = Path(__file__).parents[1] / ".docs"
TABLES, CONFIGURATION = DOCS / "tables.md", DOCS / "configuration.md"
SHARES = [f"share_{name}" for name in COLOR_NAMES]


def written_pages() -> dict[Path, str]:
    """Return the pages with the columns and keys that there are."""
    tables = TABLES.read_text()
    for table, columns in DESCRIBED.items():
        tables = _put(tables, f"columns of {table}", _columns(columns))
    return {TABLES: tables, CONFIGURATION: _put(CONFIGURATION.read_text(), "keys", "\n".join(_keys()))}


def _put(page: str, what: str, text: str) -> str:
    pattern = f"(?<=<!-- {what}, generated -->\n).*?(?=<!-- end of {what} -->)"
    page, found = re.subn(pattern, lambda _: f"\n{text}\n\n", page, flags=re.DOTALL)
    assert found == 1, what
    return page


def _columns(columns: pa.Schema) -> str:
    lines = ["| column | type | |", "|---|---|---|"]
    for column in columns:
        words = (column.metadata or {}).get(b"description", b"").decode()
        kind = "timestamp, UTC" if pa.types.is_timestamp(column.type) else str(column.type)
        if column.name == SHARES[0]:
            lines.append(f"| `{SHARES[0]}` ... `{SHARES[-1]}` | {kind} | part of the hair with each name |")
        elif column.name not in SHARES:
            lines.append(f"| `{column.name}` | {kind} | {words} |")
    return "\n".join(lines)


def _keys() -> Iterator[str]:
    for name, field in Config.model_fields.items():
        for model in _models(field.annotation):
            kind = (
                get_args(model.model_fields["kind"].annotation)[0] if "kind" in model.model_fields else None
            )
            yield f"\n### {name}: kind: {kind}\n" if kind else f"\n### {name}\n"
            yield f"{' '.join((model.__doc__ or '').partition(chr(10) * 2)[0].replace('``', '`').split())}\n"
            yield "| key | default | |\n|---|---|---|"
            yield from _rows(model, f"{name}.")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation) if name != "face" else ():
            yield from _rows(inner, f"{prefix}{name}.")
        if field.description:
            default = (
                "required"
                if field.is_required()
                else f"`{_text(field.get_default(call_default_factory=True))}`"
            )
            yield f"| `{prefix}{name}` | {default} | {field.description.replace('|', chr(92) + '|')} |"


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _text(value: object) -> str:
    return json.dumps(value).strip('"')


if __name__ == "__main__":
    for page, text in written_pages().items():
        page.write_text(text)
