from __future__ import annotations

from pathlib import Path

import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.settings import (
    ArticleSettings,
    FaceSettings,
    LearnedSettings,
    NamingSettings,
    NetworkSettings,
    Settings,
)
from hairpipe.plan.fingerprint import face_fingerprint, fingerprint


def with_network(file: Path) -> Settings:
    return Settings(method="learned", learned=LearnedSettings(network=NetworkSettings(file=str(file))))


def with_cascade(file: Path) -> Settings:
    return Settings(method="article", face=FaceSettings(cascade_file=str(file)))


def test_what_can_change_a_result_counts_and_nothing_else() -> None:
    plain = Settings(method="article")
    assert fingerprint(plain) == fingerprint(Settings(method="article", learned=LearnedSettings(colors=30)))
    others = {
        fingerprint(Settings(method="learned")),
        fingerprint(Settings(method="article", article=ArticleSettings(colors=16))),
        fingerprint(Settings(method="article", naming=NamingSettings(min_share=0.1))),
        fingerprint(Settings(method="article", face=FaceSettings(min_score=0.9))),
        fingerprint(plain, "a-quality-model"),
        fingerprint(plain, "another"),
    }
    assert len({fingerprint(plain), *others}) == 7


def test_only_what_finds_faces_counts_for_faces() -> None:
    plain = face_fingerprint(Settings(method="article"))
    assert face_fingerprint(Settings(method="article", article=ArticleSettings(colors=16))) == plain
    assert face_fingerprint(Settings(method="article", face=FaceSettings(min_score=0.9))) != plain


def test_a_method_does_not_count_for_faces() -> None:
    assert face_fingerprint(Settings(method="learned")) == face_fingerprint(Settings(method="article"))


def test_a_network_counts_by_its_content_wherever_it_lies(tmp_path: Path) -> None:
    first, second = tmp_path / "a.onnx", tmp_path / "b.onnx"
    first.write_bytes(b"weights")
    second.write_bytes(b"weights")
    before = fingerprint(with_network(first))
    assert fingerprint(with_network(second)) == before
    assert fingerprint(Settings(method="learned")) != before
    first.write_bytes(b"other weights")
    assert fingerprint(with_network(first)) != before


def test_a_cascade_counts_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "cascade.xml"
    file.write_text("<one/>")
    before = fingerprint(with_cascade(file)), face_fingerprint(with_cascade(file))
    file.write_text("<two/>")
    after = fingerprint(with_cascade(file)), face_fingerprint(with_cascade(file))
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_a_network_of_another_method_is_not_looked_for(tmp_path: Path) -> None:
    gone = with_network(tmp_path / "gone.onnx")
    assert fingerprint(gone.model_copy(update={"method": "article"})) == fingerprint(
        Settings(method="article")
    )
    with pytest.raises(ConfigError, match=r"learned\.network\.file .*gone\.onnx can't be read"):
        fingerprint(gone)
