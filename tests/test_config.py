"""The configuration: what overrides what, and that every mistake is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairpipe.config import load_config
from hairpipe.errors import ConfigError

MINIMAL = "source: {kind: folder, path: pictures}\noutput: out\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_later_places_win(tmp_path: Path) -> None:
    first = write(
        tmp_path, "a.yaml", MINIMAL + "run: {batch_seconds: 1, max_attempts: 7}\ncluster: {workers: 1}\n"
    )
    second = write(tmp_path, "b.yaml", "run: {batch_seconds: 2}\n")
    environment = {"HAIRPIPE__RUN__BATCH_SECONDS": "3", "HAIRPIPE__CLUSTER__WORKERS": "3", "OTHER": "x"}
    loaded = load_config([first, second], ["run.batch_seconds=4"], environment)
    assert loaded.config.run.batch_seconds == 4
    assert loaded.config.cluster.workers == 3
    assert loaded.config.run.max_attempts == 7
    assert loaded.origins["run.batch_seconds"] == "--set run.batch_seconds"
    assert loaded.origins["cluster.workers"] == "environment HAIRPIPE__CLUSTER__WORKERS"
    assert loaded.origins["run.max_attempts"] == f"{first}, line 3"


def test_a_file_with_another_kind_of_cluster_sets_it_anew(tmp_path: Path) -> None:
    first = write(tmp_path, "a.yaml", MINIMAL + "cluster: {workers: 1, wait_seconds: 9}\n")
    same = write(tmp_path, "b.yaml", "cluster: {kind: local, memory_limit: 1GiB}\n")
    other = write(tmp_path, "c.yaml", "cluster: {kind: scheduler, address: 'tcp://127.0.0.1:1'}\n")
    assert load_config([first, same], [], {}).config.cluster.workers == 1
    loaded = load_config([first, same, other], [], {})
    assert loaded.config.cluster.kind == "scheduler"
    assert "cluster.workers" not in loaded.origins


def test_all_mistakes_at_once_with_their_places(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "bad.yaml",
        "source: {kind: folder, path: pictures, colour: red}\noutptu: x\nrun: {batch_seconds: soon}\n",
    )
    with pytest.raises(ConfigError) as caught:
        load_config([path], ["article.colors=1"], {})
    message = str(caught.value)
    assert "5 mistakes" in message
    for part in (
        f"source.colour ({path}, line 1)",
        f"outptu ({path}, line 2)",
        f"run.batch_seconds ({path}, line 3)",
        "'soon'",
        "article.colors (--set article.colors)",
        "output: is needed",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "said"),
    [("[1, 2]", "holds a list"), ("a: [", "not YAML"), (None, "can't be read")],
)
def test_unusable_files(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "c.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config([path], environment={})


def test_override_without_a_value_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", MINIMAL)
    with pytest.raises(ConfigError, match="key.subkey=value"):
        load_config([path], ["run.batch_seconds"], {})


def test_carrying_an_own_column_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "source: {kind: table, path: p.jsonl, carry: [status]}\noutput: out\n")
    with pytest.raises(ConfigError, match="status would overwrite"):
        load_config([path], environment={})


def test_paths_of_own_models_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(
        "source: {kind: folder, path: p}\noutput: o\nface: {cascade_file: c.xml}\n"
        "learned: {network: {file: n.onnx, width: 8, height: 8}}\n"
    )
    config = load_config([Path("a.yaml")]).config
    assert config.face.cascade_file == str(tmp_path / "c.xml")
    assert config.learned.network is not None
    assert config.learned.network.file == str(tmp_path / "n.onnx")


def test_paths_become_absolute_and_urls_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, "a.yaml", MINIMAL)
    config = load_config([path], ["output=s3://bucket/out"], {}).config
    assert config.source.path == str(tmp_path / "pictures")
    assert config.output == "s3://bucket/out"


def test_what_cannot_change_a_result_is_no_part_of_the_settings(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", MINIMAL)
    plain = load_config([path], ["method=article"], {}).config
    elsewhere = load_config(
        [path], ["method=article", "output=x", "run.batch_size=9", "cluster.workers=3"], {}
    ).config
    assert plain.settings == elsewhere.settings
    other = load_config([path], ["method=article", "article.colors=16"], {}).config
    assert plain.settings != other.settings
