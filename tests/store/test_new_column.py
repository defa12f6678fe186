"""A column is added to a table by one line of its schema: outputs from before it are read, and carried on.

``old_output/`` was written by :func:`tests.store.portraits.publish_rows` with one bucket, and stays as it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from hairpipe.storage.folder import Folder
from hairpipe.store import columns, schema
from hairpipe.store.check.verify import verify
from hairpipe.store.manifest import manifest_path
from hairpipe.store.schema import TableName
from hairpipe.store.store import open_store
from tests.store.portraits import batch_row, publish_rows


@pytest.fixture
def old_output(tmp_path: Path) -> Folder:
    shutil.copytree(Path(__file__).parent / "old_output", tmp_path / "out")
    return Folder(tmp_path / "out")


def test_an_old_output_is_sound_and_carried_on(old_output: Folder) -> None:
    assert verify(old_output).problems == ()
    publish_rows(old_output, [batch_row("d")], run_id="run-2")
    assert verify(old_output).problems == ()
    assert {*pd.read_parquet(old_output.path("portraits"))["portrait_id"]} == {*"abcd"}


def test_an_output_from_when_batches_were_units_is_carried_on(old_output: Folder) -> None:
    manifest = old_output.read(manifest_path(1)).decode()
    old_output.write(manifest_path(1), manifest.replace('"batches"', '"units"').encode())
    assert verify(old_output).problems == ()
    publish_rows(old_output, [batch_row("d")], run_id="run-2")
    assert b'"units"' in old_output.read(manifest_path(1))
    assert b'"batches"' in old_output.read(manifest_path(2))
    assert verify(old_output).problems == ()


def test_a_new_column_is_one_line_of_the_schema(old_output: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    gloss = columns._column("hair_gloss", pa.float32(), "0 to 1: how the hair shines", later=True)
    monkeypatch.setattr(schema, "PORTRAIT_FIELDS", [*schema.PORTRAIT_FIELDS, gloss])
    store = open_store(old_output)
    assert store.read(TableName.PORTRAITS, ["hair_gloss"])["hair_gloss"].to_pylist() == [None] * 3
    row = batch_row("b")
    row["portrait"]["hair_gloss"] = 0.5
    publish_rows(old_output, [row], run_id="run-2")
    found = pd.read_parquet(old_output.path("portraits")).set_index("portrait_id")["hair_gloss"]
    assert found["b"] == 0.5
    assert found[["a", "c"]].isna().all()
    assert verify(old_output).problems == ()
