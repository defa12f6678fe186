from __future__ import annotations

import pyarrow as pa

from hairpipe.report.changes import Change, Shift, TableChanges, table_changes


def table(rows: dict[str, tuple[str, str | None]], removed: str = "") -> pa.Table:
    columns = {
        "portrait_id": pa.array(list(rows), pa.string()),
        "source": pa.array(["drawn"] * len(rows), pa.string()),
        "status": pa.array([status for status, _ in rows.values()], pa.string()),
        "hair_color": pa.array([color for _, color in rows.values()], pa.string()),
        "last_seen_run_id": pa.array(["r" if name in removed else None for name in rows], pa.string()),
    }
    return pa.table(columns)


def changed(changes: TableChanges) -> dict[str, list[str]]:
    found = {
        str(kind): [key.split("\0")[0] for key in keys.to_pylist()] for kind, keys in changes.keys.items()
    }
    return {kind: ids for kind, ids in found.items() if ids}


def test_what_came_went_and_changed() -> None:
    before = table({"a": ("ok", "red"), "b": ("ok", "red"), "c": ("missing", None), "d": ("ok", "blue")})
    after = table({"b": ("ok", "pink"), "c": ("ok", "red"), "d": ("ok", "blue"), "e": ("ok", "blue")})

    changes = table_changes(before, after)

    assert changed(changes) == {
        Change.COLOR: ["b"],
        Change.STATUS: ["c"],
        Change.ADDED: ["e"],
        Change.REMOVED: ["a"],
    }
    assert changes.statuses == (Shift("missing", "ok", 1),)
    assert set(changes.colors) == {Shift("red", "pink", 1), Shift("none", "red", 1)}


def test_the_same_table_has_not_changed() -> None:
    same = table({"a": ("ok", "red"), "b": ("no_face", None)})

    assert table_changes(same, same).is_empty
    assert changed(table_changes(table({}), same)) == {"new": ["a", "b"]}


def test_a_portrait_that_stays_in_the_tables_counts_as_removed_once_the_scrape_lacks_it() -> None:
    rows: dict[str, tuple[str, str | None]] = {"a": ("ok", "red"), "b": ("ok", "red")}

    assert changed(table_changes(table(rows), table(rows, removed="a"))) == {"removed": ["a"]}
    assert changed(table_changes(table(rows, removed="a"), table(rows))) == {"new": ["a"]}
    assert table_changes(table(rows, removed="a"), table(rows, removed="a")).is_empty
