from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.source.profile import Reject, RejectReason
from hairpipe.source.rows.profile_row import Profile, ProfileReader
from hairpipe.source.rows.row import Row
from hairpipe.source.settings import Columns, FaceColumns
from tests.source.rows.test_values import any_value


def read(values: dict[str, Any], columns: Columns | None = None, **carry: Any) -> Profile:
    found = ProfileReader(columns or Columns(), carry).read(Row("p.jsonl line 1", "p:1", values))
    assert isinstance(found, Profile)
    return found


def test_a_row_becomes_a_profile() -> None:
    values = {"id": 7, "name": " Rei ", "image": "7.jpg", "box": [1, 2, 3, 4], "height": "161", "born": None}
    profile = read(values, Columns(face="box"), height="float", born="int")
    assert profile == Profile("7", "Rei", ("7.jpg",), (1, 2, 3, 4), {"height": 161.0, "born": None}, ())


def test_what_can_not_be_converted_is_null_and_noted() -> None:
    values = {"id": 7, "name": b"\xff", "image": {"bytes": None}, "box": "?", "height": "tall", "age": "17"}
    profile = read(values, Columns(face="box"), height="float", age="int")
    assert profile[1:5] == (None, (), None, {"height": None, "age": 17})
    assert profile.notes == (
        "name is not a string",
        "face is not a box",
        "image is not a path",
        "height is not a float",
    )


def test_attributes_may_stand_elsewhere() -> None:
    columns = Columns(attributes={"year": "born.year"})
    assert read({"id": 1, "born": {"year": 2001}}, columns, year="int").attributes == {"year": 2001}


def test_a_face_in_four_columns() -> None:
    columns = Columns(face=FaceColumns(x="x", y="y", w="w", h="h"))
    assert read({"id": 1, "x": "1", "y": "2", "w": "3.5", "h": 4}, columns).face == (1, 2, 3.5, 4)
    assert read({"id": 1, "x": "", "y": "", "w": "", "h": ""}, columns).face is None


@pytest.mark.parametrize(
    ("value", "images"),
    [
        (["a.jpg", None, "", "b.jpg"], ("a.jpg", "b.jpg")),
        ('["a.jpg", "b.jpg"]', ("a.jpg", "b.jpg")),
        ("[a].jpg", ("[a].jpg",)),
        (12, ("12",)),
        ([], ()),
        (None, ()),
        (" ", ()),
    ],
)
def test_no_picture_one_and_many(value: Any, images: tuple[str, ...]) -> None:
    assert read({"id": 1, "image": value}).images == images


def test_without_an_id_column_the_row_names_the_profile() -> None:
    assert read({"image": "1.jpg"}, Columns(id=None)).profile_id == "p:1"


@given(st.dictionaries(st.sampled_from(["id", "name", "image", "face", "age"]), any_value))
def test_any_row_is_a_profile_or_a_reject(values: dict[str, Any]) -> None:
    found = ProfileReader(Columns(face="face"), {"age": "int"}).read(Row("here", "key", values))
    if isinstance(found, Reject):
        assert (found.reason, found.place) == (RejectReason.NO_ID, "here")
    else:
        assert all(image.strip() for image in found.images)
