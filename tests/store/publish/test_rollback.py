from __future__ import annotations

import pytest

from hairpipe.errors import ConfigError, StoreError
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.lock import OutputLock
from hairpipe.store.manifest import changed_buckets, read_manifest
from hairpipe.store.publish.publish import rebucket, recover
from hairpipe.store.publish.rollback import rollback
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store
from tests.store.portraits import batch_row, content, publish_rows


def rolled_back(folder: Folder, version: int) -> Store:
    with OutputLock(folder, "rollback") as lock:
        return rollback(recover(folder, lock), lock, version)


def test_every_table_and_the_inventory_go_back(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a"), batch_row("b")])
    before = content(folder)
    publish_rows(folder, [batch_row("b", status="no_face"), batch_row("c")], run_id="run-2")
    after = content(folder)
    store = rolled_back(folder, 1)
    assert (store.version, content(folder)) == (3, before)
    assert sorted(store.read(TableName.INVENTORY)["portrait_id"].to_pylist()) == ["a", "b"]
    assert verify(folder).problems == ()
    assert (rolled_back(folder, 2).version, content(folder)) == (4, after)
    assert verify(folder).problems == ()


def test_going_back_before_more_buckets_empties_the_new_ones(folder: Folder) -> None:
    publish_rows(folder, [batch_row(f"p{number}") for number in range(20)])
    before = content(folder)
    with OutputLock(folder, "more") as lock:
        rebucket(recover(folder, lock), lock, 32)
    store = rolled_back(folder, 1)
    assert store.buckets == 16
    assert content(folder) == before
    assert verify(folder).problems == ()


def test_going_back_before_another_attribute_brings_the_old_columns_back(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    before = content(folder)
    publish_rows(folder, [], run_id="run-2", carry={"height": "float"})
    assert rolled_back(folder, 1).carry == read_manifest(folder, 1).carry
    assert content(folder) == before
    assert verify(folder).problems == ()


def test_only_files_that_differ_are_replaced(folder: Folder) -> None:
    publish_rows(folder, [batch_row(f"p{number}") for number in range(20)])
    second = publish_rows(folder, [batch_row("p3", colors=["red"])], run_id="run-2")
    assert second.manifest is not None
    third = rolled_back(folder, 1).manifest
    assert third is not None
    assert len(changed_buckets(second.manifest, third)) == 1


def test_a_version_that_is_not_kept_is_refused(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a")])
    with pytest.raises(ConfigError, match="keeps no version 7; it has: 1"):
        rolled_back(folder, 7)


@pytest.mark.parametrize("damage", [None, b"nonsense"])
def test_a_damaged_version_is_refused_and_nothing_changes(folder: Folder, damage: bytes | None) -> None:
    publish_rows(folder, [batch_row("a")])
    publish_rows(folder, [batch_row("a", colors=["red"])], run_id="run-2")
    before = content(folder)
    path = (set(read_manifest(folder, 1).files) - set(read_manifest(folder, 2).files)).pop().object_path
    if damage is None:
        folder.delete(path)
    else:
        folder.write(path, damage)
    with pytest.raises(StoreError, match="version 1 can't be restored"):
        rolled_back(folder, 1)
    assert content(folder) == before
