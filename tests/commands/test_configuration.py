"""What a person can get wrong in a configuration: told at once, with its place and exit code 2."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.commands.scrapes import hairpipe

MINIMAL = "source: {kind: folder, path: pictures}\noutput: out\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
)
MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{number}: &a{number} {{<<: [{', '.join([f'*a{number - 1}'] * 9)}], z{number}: 1}}\n"
    for number in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cluster: {memory_limit: 4 gigs}", ["cluster.memory_limit", "line 3", "2GiB", "'4 gigs'"]),
        ("cluster: {memory_limit: 5MB}", ["cluster.memory_limit", "more than 100MB", "'5MB'"]),
        ("cluster: {memory_limit: .inf}", ["cluster.memory_limit", "2GiB"]),
        ("cluster: {workers: 1000000000}", ["cluster.workers", "less than or equal to 4096"]),
        ("run: {batch_seconds: .inf}", ["run.batch_seconds", "a finite number"]),
        ("run: {grace_seconds: .nan}", ["run.grace_seconds", "a finite number"]),
        ("run: {portrait_timeout: 1.0e+300}", ["run.portrait_timeout", "less than or equal to 10000000"]),
        ("run: {max_attempts: 99999999999999999999}", ["run.max_attempts", "less than or equal to"]),
        (f"run: {{max_attempts: {'9' * 5000}}}", ["Exceeds the limit"]),
        ("run: {batch_seconds: 2024-13-45}", ["month must be in 1..12"]),
        ("run: {batch_seconds: !!timestamp x}", ["a value can't be read"]),
        ("run: {batch_size: !!int ''}", ["a value can't be read"]),
        ("a: &a [*a]", ["line 3", "nested more than 30 levels deep"]),
        ("run: &a {batch_size: *a}", ["nested more than 30 levels deep"]),
        ("a: " + "[" * 3000 + "]" * 3000, ["nested more than 30 levels deep"]),
        ("a: " + "{a: " * 3000, ["nested more than 30 levels deep"]),
        (BOMB, ["more than 5000 values"]),
        (MERGE_BOMB, ["more than 5000 values"]),
        ("x: 1\n" * 20_000, ["more than 5000 values"]),
        ("#" * 2**20, ["more than 262144 bytes"]),
        ("output: other", ["line 3: output is set again, after line 2"]),
        ("run: {batch_size: 1,\n batch_size: 2}", ["line 4: batch_size is set again, after line 3"]),
        ("run:\n\tbatch_size: 1", ["line 4, column 1", "a tab where YAML wants spaces"]),
        ("run: {batch_size: 1", ["line 3", "not YAML"]),
        ("method: !!python/object/apply:os.system [id]", ["not YAML", "could not determine a constructor"]),
        ("---\n" + MINIMAL, ["another document"]),
        ('method: "a\\0b"', ["line 3: a text holds a character that no text can have"]),
        ('method: "\\ud800"', ["line 3: a text holds a character that no text can have"]),
        ("run: 5\nface: [1]", ["run (", "face (", "a group of settings is wanted, not 5", "not [1]"]),
        ("run.batch_size: 5", ["run.batch_size", "a file nests settings, without dots"]),
        ("1: 2\nnull: 3", ["1 (", "None (", "no such setting"]),
        ("[a, b]: 1", ["unhashable key"]),
        (f"method: {'x' * 10_000}", ["'article' or 'learned'", "xxx...xxx"]),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: list[str]) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(MINIMAL + text)
    ended = hairpipe("config", "show", config)
    assert ended.code == 2
    for part in (str(config), *told):
        assert part in ended.error
    assert len(ended.error) < 2000


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{path: x}", "kind is needed and not set"),
        ("{kind: tabel, path: x}", "kind is one of 'table', 'article', 'folder', 'sql', not 'tabel'"),
        ("5", "a group of settings is wanted, not 5"),
        ("{kind: table, path: x, carry: [1, [2]]}", "source.carry"),
        (
            "{kind: table, path: x, carry: {a: strin}}",
            "line 1): input should be 'string', 'int', 'float', 'bool' or",
        ),
        ("{kind: folder, path: ~nosuchuser/x}", "source.path: '~nosuchuser/x' begins with the home folder"),
    ],
)
def test_a_mistake_in_the_source(tmp_path: Path, source: str, told: str) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(f"source: {source}\noutput: out\n")
    ended = hairpipe("config", "show", config)
    assert ended.code == 2
    assert told in ended.error


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x7fELF\x02\x01\x01\x00", "holds bytes that are no text"),
        ("source: {kind: folder, path: ü}".encode("latin-1"), "holds bytes that are no text"),
        (b"hello", "holds a str, not keys and values"),
        (b"", "output: is needed and not set"),
    ],
)
def test_files_that_are_no_configuration(tmp_path: Path, content: bytes, told: str) -> None:
    config = tmp_path / "my.yaml"
    config.write_bytes(content)
    ended = hairpipe("config", "show", config)
    assert (ended.code, told in ended.error) == (2, True), ended.error


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    for path, told in (
        (tmp_path, "Is a directory"),
        (tmp_path / "none.yaml", "No such file or directory"),
        (Path("/dev/zero"), "more than 262144 bytes"),
        (tmp_path / ("x" * 300), "File name too long"),
    ):
        ended = hairpipe("config", "show", path)
        assert ended.code == 2
        assert f"configuration {path}: " in ended.error
        assert told in ended.error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_at_the_start_of_a_file_are_no_mistake(tmp_path: Path, encoding: str) -> None:
    config = tmp_path / "my.yaml"
    config.write_bytes(MINIMAL.encode(encoding))
    assert hairpipe("config", "show", config).code == 0


def test_a_pipe_may_hold_a_configuration(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, MINIMAL.encode())
    os.close(writing)
    try:
        assert hairpipe("config", "show", f"/dev/fd/{reading}").code == 0
    finally:
        os.close(reading)


def test_all_places_tell_their_mistakes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, wrong = tmp_path / "broken.yaml", tmp_path / "wrong.yaml"
    broken.write_text("run: [")
    wrong.write_text("source: {kind: table, path: ~nosuchuser/p.jsonl, carry: [status]}\nmethod: articel\n")
    monkeypatch.setenv("HAIRPIPE__RUN__BATCH_SIZE", "many")
    monkeypatch.setenv("HAIRPIPE__CLUSTER", "{workers: -1")
    ended = hairpipe("config", "show", broken, wrong, "--set", "run.removed", "--set", f"{'a.' * 5000}b=1")
    assert ended.code == 2
    for part in (
        f"configuration {broken}: line 1",
        f"method ({wrong}, line 2)",
        "run.batch_size (environment HAIRPIPE__RUN__BATCH_SIZE)",
        "environment HAIRPIPE__CLUSTER: '{workers: -1' is not a YAML value",
        "--set 'run.removed': write it as key.subkey=value",
        "...: no such setting",
    ):
        assert part in ended.error
    # The broken file may well set it.
    assert "output" not in ended.error
    monkeypatch.undo()
    wrong.write_text(
        "source: {kind: table, path: ~nosuchuser/p.jsonl, carry: [status]}\noutput: ~nosuchuser\n"
    )
    ended = hairpipe("config", "show", wrong)
    assert "3 mistakes" in ended.error
    for part in ("source.path: ", "output: ", "status would overwrite"):
        assert part in ended.error


def test_what_an_alias_stands_for_is_set_in_one_place_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(MINIMAL + "article: &numbers {colors: 16}\nlearned: *numbers\n")
    second.write_text("learned: {colors: 32}\n")
    ended = hairpipe("config", "show", first, second, "--origin")
    assert ended.code == 0
    assert "method: learned  # default\n" in ended.output
    assert f"  colors: 16  # {first}, line 3" in ended.output
    assert f"  colors: 32  # {second}, line 1" in ended.output


def test_every_value_has_an_origin(tmp_path: Path) -> None:
    config = tmp_path / "my.yaml"
    config.write_text("source: {kind: table, path: p.jsonl,\n  carry: [gender]}\noutput: out\n")
    ended = hairpipe("config", "show", config, "--set", "cluster={workers: 2}", "--origin")
    assert f"    gender: auto  # {config}, line 2\n" in ended.output
    assert "  workers: 2  # --set cluster\n" in ended.output
    values = [line for line in ended.output.splitlines() if not line.endswith(":")]
    assert all("  # " in line for line in values)
    shown = hairpipe("config", "show", config, "--set", "source.carry={a: int}", "--origin").output
    assert "    a: int  # --set source.carry\n" in shown


def test_a_scalar_over_a_group_takes_its_places_along(tmp_path: Path) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(MINIMAL + "run: {batch_size: 4}\n")
    ended = hairpipe("config", "show", config, "--set", "run=5")
    assert "run (--set run): a group of settings is wanted, not 5" in ended.error


def test_a_method_that_does_not_exist(tmp_path: Path) -> None:
    for arguments in (
        ("explain", "a.png", "--method", "articel"),
        ("evaluate", "masks", str(tmp_path), "--method", "articel"),
        ("train", "names", str(tmp_path), "--method", "articel"),
    ):
        ended = hairpipe(*arguments)
        assert ended.code == 2
        assert "'articel' is not one of 'article', 'learned'" in ended.error


def test_the_record_of_a_run_keeps_the_values(tmp_path: Path) -> None:
    """What is shown can be read again, numbers in any spelling included."""
    config = tmp_path / "my.yaml"
    config.write_text(MINIMAL + "cluster: {memory_limit: 2000000000}\nrun: {batch_seconds: 1_0.5}\n")
    shown = hairpipe("config", "show", config).output
    again = tmp_path / "again.yaml"
    again.write_text(shown)
    assert hairpipe("config", "show", again).output == shown
    assert json.dumps("2000000000").replace('"', "'") in shown
