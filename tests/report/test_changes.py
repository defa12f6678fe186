from __future__ import annotations

import pyarrow as pa

from hairpipe.report.changes import Shift, table_changes


def table(rows: dict[str, tuple[str, str | None]]) -> pa.Table:
    columns = {
        "portrait_id": pa.array(list(rows), pa.string()),
        "source": pa.array(["drawn"] * len(rows), pa.string()),
        "status": pa.array([status for status, _ in rows.values()], pa.string()),
        "hair_color": pa.array([color for _, color in rows.values()], pa.string()),
    }
    return pa.table(columns)


def test_what_came_went_and_changed() -> None:
    before = table({"a": ("ok", "red"), "b": ("ok", "red"), "c": ("missing", None), "d": ("ok", "blue")})
    after = table({"b": ("ok", "pink"), "c": ("ok", "red"), "d": ("ok", "blue"), "e": ("ok", "blue")})

    changes = table_changes(before, after)

    assert (changes.added, changes.gone) == (1, 1)
    assert changes.statuses == (Shift("missing", "ok", 1),)
    assert set(changes.colors) == {Shift("red", "pink", 1), Shift("none", "red", 1)}


def test_the_same_table_has_not_changed() -> None:
    same = table({"a": ("ok", "red"), "b": ("no_face", None)})

    assert table_changes(same, same).is_empty
    assert table_changes(table({}), same).added == 2
