from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.errors import ConfigError
from hairpipe.store.publish.merge import Changes, merge_rows, merged_carry
from hairpipe.store.schema import KEYS, TableName, Tables, portraits_schema
from tests.store.portraits import CARRY, batch_row, other_rows, tables_of

IDS = ["a", "b", "b#2", "ア", "ü"]
SOME = st.lists(st.sampled_from(IDS), unique=True)


@st.composite
def batch_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        batch_row(
            portrait_id,
            status=draw(st.sampled_from(["ok", "no_face"])),
            colors=draw(st.lists(st.sampled_from(["red", "blue", "pink"]), min_size=1, unique=True)),
            name=draw(st.sampled_from(["x", "y"])),
        )
        for portrait_id in draw(SOME)
    ]


def merged(
    old: Tables,
    fresh: Sequence[dict[str, Any]] = (),
    others: pa.Table | None = None,
    run_id: str = "run-2",
    last_seen: str | None = None,
) -> dict[TableName, pa.Table]:
    changes = Changes(run_id, "test", "f1", CARRY, 0, last_seen_run_id=last_seen)
    return merge_rows(old, tables_of(fresh), other_rows() if others is None else others, changes, CARRY)


def model_of(tables: dict[TableName, pa.Table]) -> dict[str, dict[str, Any]]:
    """Return what the tables say of each portrait, as the model has it."""
    model = {
        row["portrait_id"]: {
            "name": row["name"],
            "status": row["status"],
            "run_id": row["run_id"],
            "last_seen": row["last_seen_run_id"],
            "colors": [],
            "masks": [],
        }
        for row in tables[TableName.PORTRAITS].to_pylist()
    }
    for row in tables[TableName.HAIR_COLORS].to_pylist():
        model[row["portrait_id"]]["colors"].append((row["name"], row["run_id"]))
    for row in tables[TableName.MASKS].to_pylist():
        model[row["portrait_id"]]["masks"].append(row["region"])
    for row in tables[TableName.INVENTORY].to_pylist():
        model[row["portrait_id"]]["removed"] = row["removed"]
    return model


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(batch_rows(), st.dictionaries(st.sampled_from(IDS), st.text(max_size=3)), SOME, SOME),
        max_size=4,
    )
)
def test_merging_does_what_a_dictionary_does(
    steps: list[tuple[list[dict[str, Any]], dict[str, str], list[str], list[str]]],
) -> None:
    tables = tables_of([])
    model: dict[str, dict[str, Any]] = {}
    for number, (fresh, names, removed, dropped) in enumerate(steps):
        run_id, last_seen = f"run-{number}", f"run-{number - 1}"
        tables = merged(tables, fresh, other_rows(names, removed, dropped), run_id, last_seen)
        for row in fresh:
            model[row["portrait"]["portrait_id"]] = {
                "name": row["portrait"]["name"],
                "status": row["portrait"]["status"],
                "run_id": run_id,
                "last_seen": None,
                "colors": [(color["name"], run_id) for color in row["hair_colors"]],
                "masks": ["face", "hair"] if row["masks"] else [],
                "removed": False,
            }
        for portrait_id in set(names) & set(model):
            model[portrait_id] |= {
                "name": names[portrait_id],
                "run_id": run_id,
                "last_seen": None,
                "removed": False,
            }
        for portrait_id in set(removed) & set(model):
            model[portrait_id]["removed"] = True
            model[portrait_id]["last_seen"] = model[portrait_id]["last_seen"] or last_seen
        for portrait_id in dropped:
            model.pop(portrait_id, None)
        assert model_of(tables) == model
        for table, rows in tables.items():
            keys = [[row[key] for key in KEYS[table]] for row in rows.to_pylist()]
            assert keys == sorted(keys, key=lambda key: [str(part).encode() for part in key])


def test_a_portrait_with_fewer_colors_keeps_none_of_its_old_ones() -> None:
    old = tables_of([batch_row("a", colors=["red", "blue", "pink"])])
    new = merged(old, [batch_row("a", colors=["green"])])
    assert new[TableName.HAIR_COLORS]["name"].to_pylist() == ["green"]


def test_a_touched_portrait_changes_in_the_inventory_alone() -> None:
    old = merged(tables_of([batch_row("a"), batch_row("b")]))
    new = merged(old, others=other_rows(touched=["b", "unknown"]))
    for table in (TableName.PORTRAITS, TableName.HAIR_COLORS, TableName.MASKS):
        assert new[table].to_pylist() == old[table].to_pylist()
    before, after = (tables[TableName.INVENTORY].to_pylist() for tables in (old, new))
    assert after == [before[0], {**before[1], "image_version": "new"}]


def test_a_refreshed_portrait_keeps_what_was_found_in_its_picture() -> None:
    old = tables_of([batch_row("a"), batch_row("b")])
    new = merged(old, others=other_rows({"b": "Bee"}))
    before, after = (tables[TableName.PORTRAITS].to_pylist()[1] for tables in (old, new))
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"name", "image", "gender", "age", "run_id"}
    assert new[TableName.PORTRAITS].to_pylist()[0] == old[TableName.PORTRAITS].to_pylist()[0]
    before, after = (tables[TableName.INVENTORY].to_pylist()[1] for tables in (old, new))
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"image", "image_version", "profile_digest"}
    assert new[TableName.HAIR_COLORS].equals(old[TableName.HAIR_COLORS])


def test_a_removed_portrait_is_marked_with_the_run_that_saw_it_last() -> None:
    old = tables_of([batch_row("a"), batch_row("b", run_id="run-0")])
    first = merged(old, others=other_rows(removed=["a", "b", "never there"]), last_seen="run-1")
    assert first[TableName.PORTRAITS]["last_seen_run_id"].to_pylist() == ["run-1", "run-1"]
    again = merged(first, others=other_rows(removed=["a"]), last_seen="run-2")
    assert again[TableName.PORTRAITS]["last_seen_run_id"].to_pylist() == ["run-1", "run-1"]
    unknown = merged(old, others=other_rows(removed=["a", "b"]))
    assert unknown[TableName.PORTRAITS]["last_seen_run_id"].to_pylist() == ["run-1", "run-0"]


def test_new_attributes_are_null_in_old_rows_and_others_stay() -> None:
    carry = {**CARRY, "height": "float"}
    fresh = tables_of(
        [batch_row("b", attributes={"height": 1.5}), batch_row("c", attributes={})], {"height": "float"}
    )
    old = tables_of([batch_row("a"), batch_row("b")])
    new = merge_rows(old, fresh, other_rows(), Changes("run-2", "test", "f1", CARRY, 0), carry)
    assert new[TableName.PORTRAITS].schema.equals(portraits_schema(carry))
    assert new[TableName.PORTRAITS].select(["gender", "age", "height"]).to_pylist() == [
        {"gender": "f", "age": 17, "height": None},
        {"gender": "f", "age": 17, "height": 1.5},
        {"gender": None, "age": None, "height": None},
    ]


def test_attributes_are_those_there_are_and_then_those_that_are_new() -> None:
    old = {"a": "int", "b": "string"}
    assert list(merged_carry(old, {"b": "string", "a": "int"})) == ["a", "b"]
    assert list(merged_carry(old, {"b": "string"})) == ["a", "b"]
    assert list(merged_carry(old, {"c": "bool", **old})) == ["a", "b", "c"]


def test_an_attribute_of_another_type_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"age \(was int, now float\).*another "):
        merged_carry(CARRY, {**CARRY, "age": "float"})
