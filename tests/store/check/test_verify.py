from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hairpipe.storage.folder import Folder
from hairpipe.store.buckets import bucket_name, bucket_of
from hairpipe.store.check.verify import VerifyReport, verify
from hairpipe.store.lock import OutputLock
from hairpipe.store.log.runs import RUNS_FILE, table_of
from hairpipe.store.manifest import APPLIED, latest_manifest, manifest_path
from hairpipe.store.masks import encode_mask
from hairpipe.store.parquet import to_parquet
from hairpipe.store.publish.publish import recover
from hairpipe.store.publish.rollback import rollback
from hairpipe.store.schema import PUBLIC_TABLES
from tests.store.log.test_runs import RUN
from tests.store.portraits import batch_row, content, publish_rows

PLACE = f"portraits/bucket={bucket_name(bucket_of('a', 16))}/part.parquet"


@pytest.fixture
def published(folder: Folder) -> Folder:
    """Return an output folder with two versions."""
    publish_rows(folder, [batch_row("a"), batch_row("b"), batch_row("c", status="no_face")])
    publish_rows(folder, [batch_row("b", colors=["red"])], run_id="run-2")
    return folder


def only_problem(report: VerifyReport) -> tuple[str, str, str]:
    assert len(report.problems) == 1, report.problems
    problem = report.problems[0]
    return problem.what, problem.where, problem.remedy


def test_what_was_published_is_sound(published: Folder) -> None:
    report = verify(published)
    assert report.problems == ()
    assert (report.version, report.rows, report.files) == (2, 3, 64)
    assert report.statuses == {"ok": 2, "no_face": 1}


def test_an_empty_folder_is_sound(folder: Folder) -> None:
    report = verify(folder)
    assert (report.version, report.rows, report.problems) == (0, 0, ())


def test_verifying_writes_nothing(published: Folder) -> None:
    before = list(published.list())
    verify(published)
    assert list(published.list()) == before


@pytest.mark.parametrize("table", PUBLIC_TABLES)
def test_a_changed_file_is_found_and_put_back(published: Folder, table: str) -> None:
    place = PLACE.replace("portraits", table)
    before = content(published)
    published.write(place, published.read(place) + b"more")
    what, where, remedy = only_problem(verify(published))
    assert "not the one that was published" in what
    assert where == place
    assert f"rollback {published.url} 2`" in remedy
    with OutputLock(published, "mend") as lock:
        assert rollback(recover(published, lock), lock, 2).version == 2
    assert verify(published).problems == ()
    assert content(published) == before


def test_a_deleted_file_is_found(published: Folder) -> None:
    published.delete(PLACE)
    what, where, remedy = only_problem(verify(published))
    assert (what, where) == ("the file is gone", PLACE)
    assert "puts the published files back" in remedy


def test_a_file_that_is_damaged_with_its_kept_copy_sends_back(published: Folder) -> None:
    entry = latest_manifest(published).entries("portraits")[bucket_of("b", 16)]  # type: ignore[union-attr]
    published.write(entry.public_path, b"nonsense")
    published.write(entry.object_path, b"nonsense")
    assert f"rollback {published.url} 1`" in only_problem(verify(published))[2]


def test_a_damaged_inventory_is_found(published: Folder) -> None:
    entry = latest_manifest(published).entries("inventory")[bucket_of("b", 16)]  # type: ignore[union-attr]
    published.write(entry.object_path, b"nonsense")
    problem, lost = verify(published).problems
    assert problem.where == entry.object_path
    # The first version has the same inventory in this bucket.
    assert "new output folder" in problem.remedy
    assert lost.where == manifest_path(1)


def test_stray_files_are_found(published: Folder) -> None:
    published.write("masks/bucket=b00/part-2.parquet.tmp", b"")
    what, where, remedy = only_problem(verify(published))
    assert "not hairpipe's" in what
    assert where == "masks/bucket=b00/part-2.parquet.tmp"


def test_an_unfinished_publish_is_named(published: Folder) -> None:
    published.delete(APPLIED)
    what, _, remedy = only_problem(verify(published))
    assert "version 2" in what
    assert "run the job again" in remedy


def test_an_earlier_version_that_can_not_be_restored_is_found(published: Folder) -> None:
    first = json.loads(published.read(manifest_path(1)))["files"]
    second = {entry["sha256"] for entry in json.loads(published.read(manifest_path(2)))["files"]}
    gone = next(entry["sha256"] for entry in first if entry["sha256"] not in second)
    published.delete(f".hairpipe/objects/{gone}.parquet")
    assert only_problem(verify(published))[1] == manifest_path(1)


def test_a_row_too_few_is_found_though_the_manifest_agrees_with_the_files(folder: Folder) -> None:
    publish_rows(folder, [batch_row("a"), batch_row("b")], planned=3)
    what, where, _ = only_problem(verify(folder))
    assert "run-1 had 3 rows to write, and portraits has 2" in what
    assert where == manifest_path(1)


def test_counts_that_the_files_do_not_have_are_found(published: Folder) -> None:
    manifest = json.loads(published.read(manifest_path(2)))
    manifest["statuses"] = {"ok": 3}
    published.write(manifest_path(2), json.dumps(manifest).encode())
    assert "{'ok': 3} were published" in only_problem(verify(published))[0]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"planned": 1, "status_ok": 1}, None),
        ({"planned": 2, "status_ok": 1}, "planned 2 portraits, and its statuses add up to 1"),
        ({"planned": 1, "status_ok": 1, "metadata_changed": 4}, "recorded 5 rows, and published 1"),
        ({"planned": 9, "version": None}, None),
    ],
)
def test_the_run_record_must_agree(published: Folder, record: dict[str, Any], expected: str | None) -> None:
    row = {**RUN, "run_id": "run-2", "version": 2, "status_ok": 0, **record}
    published.write(RUNS_FILE, to_parquet(table_of(row)))
    problems = [problem.what for problem in verify(published).problems]
    assert (problems == []) if expected is None else any(expected in what for what in problems)


def _no_colors(row: dict[str, Any]) -> None:
    row["hair_colors"] = []


def _rank_from_two(row: dict[str, Any]) -> None:
    for color in row["hair_colors"]:
        color["rank"] += 1


def _shares_over_one(row: dict[str, Any]) -> None:
    row["hair_colors"][0]["share"] = 0.9


def _other_first_color(row: dict[str, Any]) -> None:
    row["portrait"]["hair_color"] = "green"


def _other_fraction(row: dict[str, Any]) -> None:
    row["portrait"]["hair_fraction"] += 0.01


def _no_hair_mask(row: dict[str, Any]) -> None:
    row["masks"] = row["masks"][1:]


def _broken_mask(row: dict[str, Any]) -> None:
    row["masks"][0]["counts"] = "hello"


def _small_mask(row: dict[str, Any]) -> None:
    row["masks"][1] |= {"counts": encode_mask(np.ones((2, 2), bool)), "height": 2, "width": 2}


def _unknown_status(row: dict[str, Any]) -> None:
    row["portrait"]["status"] = row["inventory"]["status"] = "sleepy"


def _other_inventory_status(row: dict[str, Any]) -> None:
    row["inventory"]["status"] = "no_hair"


def _marked_removed(row: dict[str, Any]) -> None:
    row["inventory"]["removed"] = True


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_no_colors, "is ok and has no hair colours"),
        (_rank_from_two, "has ranks that do not count up from 1"),
        (_shares_over_one, "has shares that do not add up to 1"),
        (_other_first_color, "has another first hair colour"),
        (_other_fraction, "has a hair mask that is not its hair_fraction"),
        (_no_hair_mask, "is ok and has no hair mask"),
        (_broken_mask, "has a mask that can't be decoded"),
        (_small_mask, "has a mask of another size"),
        (_unknown_status, "has a status that there is not"),
        (_other_inventory_status, "has another status in the inventory"),
        (_marked_removed, "is removed in one table"),
    ],
)
def test_rows_that_contradict_each_other_are_found(
    folder: Folder, spoil: Callable[[dict[str, Any]], None], expected: str
) -> None:
    spoilt = batch_row("spoilt")
    spoil(spoilt)
    publish_rows(folder, [spoilt, *(batch_row(f"p{number}") for number in range(30))])
    found = [problem.what for problem in verify(folder).problems if expected in problem.what]
    assert len(found) == 1
    assert found[0].startswith("portrait spoilt ")
