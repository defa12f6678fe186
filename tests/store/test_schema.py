from __future__ import annotations

import pyarrow as pa

from hairpipe.status import Status
from hairpipe.store.schema import (
    KEYS,
    PORTRAIT_COLUMNS,
    RUNS,
    TableName,
    batch_schema,
    change_schema,
    portraits_schema,
    table_schemas,
)

CARRY = {"height": "float", "gender": "string", "origin": "string"}


def test_carried_attributes_come_last_in_their_order() -> None:
    schema = portraits_schema(CARRY)
    assert schema.names == [*PORTRAIT_COLUMNS, *CARRY]
    assert schema.field("height").type == pa.float64()


def test_keys_are_columns_that_are_never_null() -> None:
    for table, schema in table_schemas({}).items():
        assert all(not schema.field(key).nullable for key in KEYS[table])


def test_a_batch_holds_every_table() -> None:
    schema = batch_schema(CARRY)
    assert pa.schema(list(schema.field("portrait").type)) == portraits_schema(CARRY)
    assert pa.schema(list(schema.field("inventory").type)) == table_schemas({})[TableName.INVENTORY]


def test_what_the_scrape_says_are_columns_of_their_tables() -> None:
    schema = change_schema(CARRY)
    tables = table_schemas(CARRY)
    for column, table in (("portrait", TableName.PORTRAITS), ("inventory", TableName.INVENTORY)):
        assert {field.name for field in schema.field(column).type} <= set(tables[table].names)


def test_every_status_has_a_count_in_the_run_list() -> None:
    assert {f"status_{status}" for status in Status} <= set(RUNS.names)
