from __future__ import annotations

from typing import Any

import pydantic
import pytest

from hairpipe.source.settings import Columns, FaceColumns, SourceSettings, TableSettings

ADAPTER: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(SourceSettings)


def table(**settings: Any) -> TableSettings:
    return TableSettings(kind="table", path="profiles.jsonl", **settings)


def test_the_kind_chooses_the_model() -> None:
    assert ADAPTER.validate_python({"kind": "table", "path": "a.csv"}) == TableSettings(
        kind="table", path="a.csv"
    )
    for kind in ("article", "folder"):
        settings = ADAPTER.validate_python({"kind": kind, "path": "faces"})
        assert (settings.kind, settings.name, settings.carry) == (kind, "scrape", {})


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "database", "path": "x"},
        {"path": "x"},
        {"kind": "table"},
        {"kind": "table", "path": ""},
        {"kind": "table", "path": "x", "colums": {}},
        {"kind": "article", "path": "x", "carry": ["gender"]},
        {"kind": "table", "path": "x", "carry": {"gender": "text"}},
        {"kind": "table", "path": "x", "preset": "mal"},
    ],
)
def test_what_is_wrong_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        ADAPTER.validate_python(settings)


def test_carry_is_a_list_of_names_or_names_with_types() -> None:
    assert table(carry=["gender", "birthday"]).carry == {"gender": "auto", "birthday": "auto"}
    assert table(carry={"height": "float"}).carry == {"height": "float"}


def test_columns_given_count_before_those_of_the_preset() -> None:
    assert table(preset="jikan").mapped_columns.image == "images.jpg.image_url"
    columns = table(preset="jikan", columns=Columns(image="file", face=FaceColumns(x="fx"))).mapped_columns
    assert (columns.id, columns.image) == ("mal_id", "file")
    assert columns.face == FaceColumns(x="fx", y="face_y", w="face_w", h="face_h")


def test_settings_survive_a_round_trip_through_json() -> None:
    settings = table(preset="anilist", columns=Columns(id="key"), carry={"height": "float"})
    assert ADAPTER.validate_json(settings.model_dump_json(exclude_unset=True)) == settings
