"""What is no output, or no version of it, is told in a sentence with exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hairpipe.storage.folder import Folder
from hairpipe.store.lock import LOCK
from tests.commands.scrapes import hairpipe
from tests.store.portraits import batch_row, publish_rows

COMMANDS = [
    ("status",),
    ("runs",),
    ("runs", "--json"),
    ("quarantine", "list"),
    ("quarantine", "retry"),
    ("verify",),
    ("files",),
    ("rollback",),
    ("gc",),
    ("columns",),
]


def on(output: Path, command: tuple[str, ...]) -> tuple[str | Path, ...]:
    return (*command, output)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return an output of one version."""
    folder = tmp_path / "out"
    publish_rows(Folder(folder), [batch_row("a")])
    return folder


def configuration(tmp_path: Path, output: str, **face: str) -> Path:
    """Return a configuration for a scrape of one profile without a picture."""
    (tmp_path / "profiles.jsonl").write_text('{"id": 1, "image": "1.png"}\n')
    config = tmp_path / "config.yaml"
    source = {"kind": "table", "path": str(tmp_path / "profiles.jsonl")}
    config.write_text(json.dumps({"source": source, "output": output, "method": "article", "face": face}))
    return config


@pytest.mark.parametrize("command", COMMANDS)
def test_a_path_that_is_not_there_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = hairpipe(*on(tmp_path / "otu", command))
    assert told.code == 2
    assert told.error.endswith("otu is no output of hairpipe; name the folder that a run writes to")
    assert not (tmp_path / "otu").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")
    told = hairpipe(*on(tmp_path / "file", command))
    assert (told.code, told.error) == (2, f"{tmp_path / 'file'} is a file; name a folder")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["n" * 300, "/".join(["n" * 200] * 20)], ids=["name", "path"])
def test_a_path_longer_than_can_be_is_told(tmp_path: Path, command: tuple[str, ...], name: str) -> None:
    told = hairpipe(*on(tmp_path / name, command))
    assert told.code == 2
    assert told.error.endswith(f"{name} can't be a folder (File name too long); name another one")


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("name", ["n" * 300, "/".join(["n" * 200] * 20)], ids=["name", "path"])
def test_an_output_that_no_folder_can_be_is_told(tmp_path: Path, command: str, name: str) -> None:
    told = hairpipe(command, configuration(tmp_path, str(tmp_path / name)))
    assert told.code == 2
    assert told.error.endswith("; name another one")


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_file_as_output_is_told(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("")
    told = hairpipe(command, configuration(tmp_path, str(tmp_path / "file")))
    assert (told.code, told.error) == (2, f"{tmp_path / 'file'} is a file; name a folder")


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("foo://x", "foo://x can't be opened as a folder (Protocol not known: foo)"),
        ("zip://x", "zip://x can't be opened as a folder"),
        ("s3://", "s3:// names no bucket"),
    ],
)
def test_a_url_that_is_no_folder_is_told(tmp_path: Path, command: str, url: str, words: str) -> None:
    told = hairpipe(command, configuration(tmp_path, url))
    assert told.code == 2
    assert told.error.startswith(words)


@pytest.mark.parametrize("command", [("rollback", "99"), ("files", "--version", "99")])
def test_a_version_that_is_not_kept_is_told(output: Path, command: tuple[str, ...]) -> None:
    name, *rest = command
    told = hairpipe(name, output, *rest)
    assert (told.code, told.error) == (2, f"{output} keeps no version 99; it has: 1")


def test_tables_that_were_never_published_are_told(tmp_path: Path) -> None:
    (tmp_path / "out/.hairpipe").mkdir(parents=True)
    for command in (("gc",), ("rollback", "1"), ("files",)):
        name, *rest = command
        told = hairpipe(name, tmp_path / "out", *rest)
        assert told.code == 2, command
        assert "holds no tables" in told.error
    assert hairpipe("verify", tmp_path / "out").code == 0


def test_a_folder_in_the_place_of_the_lock_is_told(output: Path, tmp_path: Path) -> None:
    (output / LOCK).mkdir()
    for command in (("status", output), ("gc", output), ("run", configuration(tmp_path, str(output)))):
        told = hairpipe(*command)
        assert told.code == 75, command
        assert told.error.startswith(f"can't read {output / LOCK}: Is a directory")
    assert hairpipe("verify", output).code == 0


@pytest.mark.parametrize(
    ("detector", "words"),
    [
        ("animefase", "face.detector is 'animefase'"),
        ("no_such_module:Detector", "face.detector no_such_module:Detector: No module named"),
        ("json:Detector", "has no attribute 'Detector'"),
    ],
)
def test_a_detector_that_is_not_there_is_told(tmp_path: Path, detector: str, words: str) -> None:
    for command in ("plan", "run"):
        told = hairpipe(command, configuration(tmp_path, str(tmp_path / "out"), detector=detector))
        assert told.code == 2
        assert words in told.error
