"""What people said, in the tables that readers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from hairpipe.errors import StoreError
from hairpipe.quality.judgement import Judgement
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.labels import Label, LabelStore, PaintedMask, SampleReason, read_labels
from hairpipe.store.lock import OutputLock
from hairpipe.store.masks import decode_mask, encode_mask
from hairpipe.store.publish.publish import publish_labels, recover
from hairpipe.store.schema import TableName
from hairpipe.store.store import Store, open_store
from tests.store.portraits import HEIGHT, WIDTH, batch_row, content, publish_rows

PAINTED = np.indices((HEIGHT, WIDTH)).sum(0) % 3 == 0
HAIR = PaintedMask(HEIGHT, WIDTH, encode_mask(PAINTED))
SAID = ("label", "corrected_color", "hair_color", "final_color")


def said(portrait_id: str, label: Judgement | None, *names: str, hair: PaintedMask | None = None) -> Label:
    """Return what a person says of a portrait that has its first picture."""
    return Label(
        portrait_id,
        "test",
        label,
        None,
        f"digest of {portrait_id}",
        "m",
        "article",
        SampleReason.RANDOM,
        datetime.now(UTC),
        "ann",
        names,
        hair=hair,
    )


def bring_in(folder: Folder) -> Store:
    """Publish the labels."""
    with OutputLock(folder, "labels") as lock:
        return publish_labels(recover(folder, lock), lock)


def shown(folder: Folder) -> dict[str, tuple[str | None, ...]]:
    return {
        row["portrait_id"]: tuple(row[name] for name in SAID) for row in content(folder)[TableName.PORTRAITS]
    }


def painted(folder: Folder) -> list[dict[str, Any]]:
    return [row for row in content(folder)[TableName.MASKS] if row["made_by"] == "person"]


@pytest.fixture
def folder(tmp_path: Any) -> Folder:
    """Four blue-haired portraits."""
    folder = Folder(tmp_path / "out")
    publish_rows(folder, [batch_row(name) for name in "abcd"])
    return folder


def test_what_people_say_is_in_the_tables_beside_what_the_method_said(folder: Folder) -> None:
    assert shown(folder)["a"] == (None, None, "blue", "blue")
    labels = LabelStore(folder, "ann")
    labels.add(said("a", Judgement.GOOD, "blue", "aqua"), said("b", Judgement.UGLY, "pink", hair=HAIR))
    labels.add(said("c", Judgement.NO_HAIR), said("gone", Judgement.GOOD))
    bring_in(folder)

    assert shown(folder) == {
        "a": ("good", None, "blue", "blue"),
        "b": ("ugly", "pink", "blue", "pink"),
        "c": ("no_hair", None, "blue", None),
        "d": (None, None, "blue", "blue"),
    }
    [mask] = painted(folder)
    assert (mask["portrait_id"], mask["region"]) == ("b", "painted_hair")
    assert np.array_equal(decode_mask(mask["counts"], mask["height"], mask["width"]), PAINTED)
    assert {row["made_by"] for row in content(folder)[TableName.MASKS] if row != mask} == {"method"}
    assert verify(folder).problems == ()


def test_nothing_new_writes_nothing(folder: Folder) -> None:
    assert bring_in(folder).version == 1
    LabelStore(folder, "ann").add(said("a", Judgement.GOOD))
    assert bring_in(folder).version == 2
    assert bring_in(folder).version == 2


def test_a_label_taken_back_leaves_the_tables(folder: Folder) -> None:
    before = content(folder)
    labels = LabelStore(folder, "ann")
    labels.add(said("b", Judgement.UGLY, "pink", hair=HAIR))
    bring_in(folder)
    labels.add(said("b", None))
    bring_in(folder)
    assert content(folder) == before


def test_labels_stay_while_the_picture_does_and_come_back_with_it(folder: Folder) -> None:
    LabelStore(folder, "ann").add(said("b", Judgement.GOOD, "pink", hair=HAIR))
    publish_rows(folder, [batch_row("b", colors=["red"])], run_id="run-2")
    assert shown(folder)["b"] == ("good", "pink", "red", "pink")
    publish_rows(folder, [batch_row("b", colors=["pink"])], run_id="run-3")
    assert shown(folder)["b"] == ("good", None, "pink", "pink")

    other = batch_row("b", colors=["red"])
    other["portrait"]["image_digest"] = "of another picture"
    publish_rows(folder, [other], run_id="run-4")
    assert shown(folder)["b"] == (None, None, "red", "red")
    assert painted(folder) == []
    assert [label.names for label in read_labels(folder)] == [("pink",)]

    publish_rows(folder, [batch_row("b", colors=["red"])], run_id="run-5")
    assert shown(folder)["b"] == ("good", "pink", "red", "pink")
    assert len(painted(folder)) == 1


def test_a_correction_from_before_there_were_names_counts(folder: Folder) -> None:
    LabelStore(folder, "ann").add(replace(said("a", None), corrected_color="purple"))
    bring_in(folder)
    assert shown(folder)["a"] == (None, "purple", "blue", "purple")


def test_a_damaged_file_of_labels_is_told_and_loses_nothing(folder: Folder) -> None:
    folder.write("labels/x.parquet", b"no Parquet")
    with pytest.raises(StoreError, match=r"labels/x\.parquet.*move it away"):
        bring_in(folder)
    assert open_store(folder).version == 1
