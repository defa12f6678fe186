"""What earlier runs know, looked up by id."""

from __future__ import annotations

import pyarrow as pa

from hairpipe.plan.inventory import Inventory, Known
from hairpipe.status import Status
from hairpipe.store.schema import INVENTORY

ROW = {
    "source": "scrape",
    "image": "a.jpg",
    "image_size": 7,
    "image_version": "1",
    "image_digest": "digest",
    "given_face": None,
    "profile_digest": "p",
    "status": "ok",
    "fingerprint": "f",
    "face_fingerprint": "ff",
    "attempts": 2,
    "removed": False,
}


def inventory(**rows: dict[str, object]) -> Inventory:
    table = [{**ROW, "portrait_id": portrait_id, **other} for portrait_id, other in rows.items()]
    # Tables of many buckets come in many chunks.
    return Inventory(pa.concat_tables([pa.Table.from_pylist([row], INVENTORY) for row in table]), "scrape")


def test_a_portrait_is_found_by_its_id() -> None:
    known = inventory(a={}, b={"image": "b.jpg", "removed": True})
    assert len(known) == 2
    assert known.row_of("c") is None
    row = known.row_of("b")
    assert row is not None
    assert known.known(row) == Known("b.jpg", 7, "1", "digest", None, "p", "ok", "f", 2, True)
    assert known.ids(known.are_removed) == ("b",)


def test_an_id_of_another_source_is_another_portrait() -> None:
    rows = [{**ROW, "portrait_id": "a", "source": source} for source in ("other", "scrape", "third")]
    known = Inventory(pa.Table.from_pylist(rows, INVENTORY), "scrape")
    assert (len(known), known.row_of("a")) == (3, 1)
    assert Inventory(pa.Table.from_pylist(rows, INVENTORY), "new").row_of("a") is None


def test_an_empty_inventory_knows_nobody() -> None:
    nobody = Inventory(INVENTORY.empty_table(), "scrape")
    assert len(nobody) == 0
    assert nobody.ids(nobody.are_own) == ()
    assert nobody.picture_keys.to_pylist() == nobody.sizes.to_pylist() == []


def test_rows_by_what_they_are() -> None:
    known = inventory(a={}, b={"source": "other"}, c={"status": "crashed"}, d={"status": "placeholder"})
    assert known.are_own.tolist() == [True, False, True, True]
    assert known.have_status(frozenset({Status.CRASHED})).tolist() == [False, False, True, False]
    assert known.are_placeholders.tolist() == [False, False, False, True]
    assert known.attempts.tolist() == [2, 2, 2, 2]


def test_pictures_are_known_by_digest_and_placeholders_also_by_path() -> None:
    known = inventory(
        a={},
        unread={"image_digest": None, "status": "missing"},
        placeholder={"image_digest": None, "status": "placeholder", "image": "none.jpg"},
        empty={"image_size": 0, "status": "empty"},
    )
    assert known.picture_keys.to_pylist() == ["digest", None, "none.jpg", None]
    assert sorted(known.sizes.to_pylist()) == [0, 7]
