from __future__ import annotations

import pyarrow as pa

from hairpipe.report.counts.changes import Change, Shift, TableChanges, compare, some_changed
from hairpipe.report.counts.database import ReportDatabase
from hairpipe.store.schema import portraits_schema


def table(rows: dict[str, tuple[str, str | None]], removed: str = "") -> pa.Table:
    filled = [
        {
            "portrait_id": name,
            "source": "drawn",
            "status": status,
            "hair_color": color,
            "last_seen_run_id": "r" if name in removed else None,
        }
        for name, (status, color) in rows.items()
    ]
    return pa.Table.from_pylist(filled, portraits_schema({}))


def compared(before: pa.Table, after: pa.Table) -> tuple[TableChanges, dict[str, list[str]]]:
    """Return the changes, and which portraits there are of each kind."""
    # Of an earlier version, only some columns are read.
    earlier = before.select(
        ["portrait_id", "source", "status", "last_seen_run_id", "hair_color", "label", "final_color"]
    )
    with ReportDatabase([after], {}) as database:
        changes = compare(database, [earlier[:1], earlier[1:]])
        keys = {str(kind): some_changed(database, kind, 9) for kind in Change}
    assert {str(kind): count for kind, count in changes.counts.items()} == {
        kind: len(found) for kind, found in keys.items()
    }
    return changes, {kind: [key.portrait_id for key in found] for kind, found in keys.items() if found}


def test_what_came_went_and_changed() -> None:
    before = table({"a": ("ok", "red"), "b": ("ok", "red"), "c": ("missing", None), "d": ("ok", "blue")})
    after = table({"b": ("ok", "pink"), "c": ("ok", "red"), "d": ("ok", "blue"), "e": ("ok", "blue")})

    changes, changed = compared(before, after)

    assert changed == {
        Change.COLOR: ["b"],
        Change.STATUS: ["c"],
        Change.ADDED: ["e"],
        Change.REMOVED: ["a"],
    }
    assert changes.statuses == (Shift("missing", "ok", 1),)
    assert set(changes.colors) == {Shift("red", "pink", 1), Shift("none", "red", 1)}


def test_the_same_table_has_not_changed() -> None:
    same = table({"a": ("ok", "red"), "b": ("no_face", None)})

    assert compared(same, same)[0].is_empty
    assert compared(table({}), same)[1] == {"new": ["a", "b"]}


def test_a_portrait_that_stays_in_the_tables_counts_as_removed_once_the_scrape_lacks_it() -> None:
    rows: dict[str, tuple[str, str | None]] = {"a": ("ok", "red"), "b": ("ok", "red")}

    assert compared(table(rows), table(rows, removed="a"))[1] == {"removed": ["a"]}
    assert compared(table(rows, removed="a"), table(rows))[1] == {"new": ["a"]}
    assert compared(table(rows, removed="a"), table(rows, removed="a"))[0].is_empty


def test_a_persons_name_for_the_hair_is_a_change() -> None:
    before, after = (
        pa.Table.from_pylist(
            [{"portrait_id": "a", "source": "drawn", "status": "ok", **colors}], portraits_schema({})
        )
        for colors in (
            {"hair_color": "red"},
            {"hair_color": "red", "label": "good", "corrected_color": "pink", "final_color": "pink"},
        )
    )
    changes, changed = compared(before, after)

    assert changed == {"with another colour": ["a"]}
    assert changes.colors == (Shift("red", "pink", 1),)
