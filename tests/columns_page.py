"""Writes the columns of the tables into their page, from the schema: ``python -m tests.columns_page``."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.store.schema import DESCRIBED

PAGE = Path(__file__).parents[1] / ".docs/tables.md"
SHARES = [f"share_{name}" for name in COLOR_NAMES]


def written_page() -> str:
    """Return the page with the columns that the schema has."""
    page = PAGE.read_text()
    for table, columns in DESCRIBED.items():
        begin, end = f"<!-- columns of {table}, from the schema -->", f"<!-- end of {table} -->"
        pattern = f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})"
        rows = _rows(columns)
        page, found = re.subn(pattern, lambda _, rows=rows: rows, page, flags=re.DOTALL)
        assert found == 1, table
    return page


def _rows(columns: pa.Schema) -> str:
    lines = ["", "| column | type | |", "|---|---|---|"]
    for column in columns:
        words = (column.metadata or {}).get(b"description", b"").decode()
        if column.name == SHARES[0]:
            lines.append(
                f"| `{SHARES[0]}` ... `{SHARES[-1]}` | {_type(column)} | part of the hair with each name |"
            )
        elif column.name not in SHARES:
            lines.append(f"| `{column.name}` | {_type(column)} | {words} |")
    return "\n".join([*lines, "", ""])


def _type(column: pa.Field) -> str:
    return "timestamp, UTC" if pa.types.is_timestamp(column.type) else str(column.type)


if __name__ == "__main__":
    PAGE.write_text(written_page())
