"""Scrapes and disks gone bad: no good row is lost, and what is wrong is told."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pandas as pd
import pytest

from hairpipe.errors import EXIT_CONFIG, EXIT_DAMAGED_SCRAPE, EXIT_OK, EXIT_THRESHOLD, EXIT_VERIFY
from hairpipe.source import pictures
from hairpipe.storage.picture_file import read_picture_file
from tests.run.command_line import Database, draw_database, hairpipe

PROFILES = 24


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = draw_database(tmp_path_factory.mktemp("made") / "database", PROFILES)
    ended = database.run()
    assert ended.code == EXIT_OK, ended.err
    assert (database.rows()["status"] == "ok").all()
    return database


@pytest.fixture
def database(made: Database, tmp_path: Path) -> Database:
    return made.copy(tmp_path / "database")


def scrambled(content: bytes, zeros: int) -> bytes:
    """Return a picture of which only the ends, by which its format is told, are left."""
    return content[:8] + bytes(zeros) + b"IEND\xff\xd9"


@pytest.mark.parametrize("removed", ["keep", "drop"])
def test_a_listing_that_has_shrunk_stops_the_run_until_a_person_says_it_is_right(
    database: Database, removed: str
) -> None:
    before = database.state()
    staged = database.output / ".hairpipe/staging/of-an-interrupted-run.parquet"
    staged.parent.mkdir(exist_ok=True)
    staged.write_bytes(b"")
    database.write(database.profiles[: PROFILES // 2])
    ended = database.run("--set", f"run.removed={removed}")
    assert ended.code == EXIT_DAMAGED_SCRAPE
    assert "12 of the 24 known portraits" in ended.err
    assert "--allow-removals" in ended.err
    assert "Traceback" not in ended.err
    assert database.state() == before
    # What an interrupted run has finished would be thrown away, were this the scrape to go by.
    assert staged.exists()
    outlook = database.plan()
    assert "12 of the 24 known portraits" in outlook["complaints"][0]
    assert "would not begin" in database.call("plan").out
    allowed = database.run("--set", f"run.removed={removed}", "--allow-removals")
    assert allowed.code == EXIT_OK, allowed.err
    rows = database.rows()
    assert len(rows) == (PROFILES if removed == "keep" else PROFILES // 2)
    assert rows["last_seen_run_id"].notna().sum() == (PROFILES // 2 if removed == "keep" else 0)
    assert database.problems() == ()


def test_a_few_removed_profiles_are_nothing_unusual(database: Database) -> None:
    database.write(database.profiles[5:])
    ended = database.run()
    assert ended.code == EXIT_OK, ended.err
    assert database.rows()["last_seen_run_id"].notna().sum() == 5


def test_the_share_is_a_setting(database: Database) -> None:
    database.write(database.profiles[6:])
    assert database.run().code == EXIT_DAMAGED_SCRAPE
    assert database.run("--set", "run.max_lost_share=0.3").code == EXIT_OK, EXIT_THRESHOLD


@pytest.mark.parametrize("cut", ["in the middle of a line", "a line without an id"])
def test_a_line_nobody_can_read_removes_nobody(database: Database, cut: str) -> None:
    text = database.listing.read_text()
    if cut == "in the middle of a line":
        database.listing.write_text(text[: text.index("\n", len(text) // 2) - 20])
    else:
        database.write([*database.profiles[:12], {**database.profiles[12], "id": None}])
    ended = database.run()
    assert ended.code == EXIT_OK, ended.err
    assert "none counts as removed" in ended.err
    assert database.plan()["warnings"]
    assert database.rows()["last_seen_run_id"].isna().all()
    assert database.plan()["counts"]["removed"] == 0
    assert database.plan("--allow-removals")["counts"]["removed"] in (11, 12)


def test_pictures_that_are_gone_stop_the_run_until_a_person_says_they_are(database: Database) -> None:
    before = database.state()
    pictures = database.scrape / "images"
    away = database.folder / "away"
    pictures.rename(away)
    pictures.mkdir()
    ended = database.run()
    assert ended.code == EXIT_DAMAGED_SCRAPE
    assert "24 of the 24 portraits" in ended.err
    assert "images/" in ended.err
    assert database.state() == before
    assert database.plan()["complaints"]
    # On with what was found before: all results stay, and the rows say how it stands.
    kept = database.run("--set", "run.max_lost_share=1")
    rows = database.rows()
    assert (rows["status"] == "ok").all()
    assert (rows["last_failure"] == "missing").all()
    assert rows["hair_color"].notna().any()
    assert database.problems() == ()
    assert "24 portraits failed when last looked at and keep" in kept.out
    # Nothing more to do, however often.
    assert database.run().code == EXIT_OK, EXIT_THRESHOLD
    assert database.plan()["counts"]["unchanged"] == PROFILES
    assert database.plan()["kept"] == {"missing": PROFILES}
    # And back again.
    pictures.rmdir()
    away.rename(pictures)
    assert database.run().code == EXIT_OK, EXIT_THRESHOLD
    assert database.rows()["last_failure"].isna().all()
    assert database.problems() == ()
    assert database.plan()["counts"]["unchanged"] == PROFILES


def test_a_person_can_let_go_of_what_was_kept(database: Database) -> None:
    profile, other = database.profiles[:2]
    database.picture(profile).unlink()
    database.run()
    assert database.rows().loc[str(profile["id"]), "status"] == "ok"
    database.picture(other).write_bytes(b"")
    assert database.run("--allow-failures").code == EXIT_THRESHOLD
    rows = database.rows()
    assert rows.loc[str(profile["id"]), "status"] == "missing"
    assert rows.loc[str(other["id"]), "status"] == "empty"
    assert rows["hair_color"].isna().sum() == 2
    assert rows["last_failure"].isna().all()
    assert database.problems() == ()


def test_a_failure_never_takes_a_good_rows_place(database: Database) -> None:
    before = database.rows()
    profiles = database.profiles
    named = {str(profile["id"]): profile for profile in profiles}
    empty, page, cut, damaged, unnamed, outside, gone, *shared = named
    shared = shared[:3]
    content = {portrait_id: database.picture(profile).read_bytes() for portrait_id, profile in named.items()}
    wrong = {
        empty: b"",
        page: b"<html>429 Too many requests</html>",
        cut: content[cut][: len(content[cut]) // 2],
        damaged: scrambled(content[damaged], 200),
        **dict.fromkeys(shared, content[list(named)[-1]]),
    }
    for portrait_id, data in wrong.items():
        database.picture(named[portrait_id]).write_bytes(data)
    database.picture(named[gone]).unlink()
    changed = {unnamed: {"image": None}, outside: {"image": "../elsewhere.png"}, gone: {"name": "another"}}
    database.write([{**profile, **changed.get(str(profile["id"]), {})} for profile in profiles])
    ended = database.run("--set", "run.placeholder_profiles=4", "--set", "run.max_lost_share=1")
    assert ended.code == EXIT_THRESHOLD, ended.err
    expected = {
        empty: "empty",
        page: "not_an_image",
        cut: "truncated",
        damaged: "unreadable",
        unnamed: "no_image",
        outside: "outside_root",
        gone: "missing",
        **dict.fromkeys(shared, "placeholder"),
    }
    after = database.rows()
    assert after["last_failure"].dropna().to_dict() == expected
    found = ["status", "hair_color", "hair_hex", "image_digest", "fingerprint", "processed_at"]
    pd.testing.assert_frame_equal(after.loc[list(expected), found], before.loc[list(expected), found])
    # What the scrape says of the profile is new all the same.
    assert after.loc[gone, "name"] == "another"
    assert after.loc[gone, "run_id"] != before.loc[gone, "run_id"]
    # The picture that the others were taken for never was a portrait's own.
    assert after.loc[list(named)[-1], "status"] == "placeholder"
    assert database.problems() == ()
    for portrait_id in wrong:
        database.picture(named[portrait_id]).write_bytes(content[portrait_id])
    database.write(profiles)
    assert database.run().code == EXIT_OK
    again = database.rows()
    assert again["last_failure"].dropna().to_dict() == {gone: "missing"}
    assert (again["status"] == "ok").all()
    assert database.problems() == ()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "kind: table, path: {scrape}/profiles.jsonl, images: {scrape}/picturse",
            "images: there is no",
        ),
        ("kind: table, path: {scrape}/profiles.jsonl, images: {scrape}/profiles.jsonl", "is a file"),
        ("kind: table, path: {scrape}/profile.jsonl", "source.path: no file"),
        ("kind: folder, path: {scrape}/images/away", "source.path: there is no folder"),
        ("kind: article, path: {scrape}", "scrape/pngs"),
    ],
)
def test_a_folder_that_is_not_there_is_a_mistake_in_the_configuration(
    database: Database, source: str, words: str
) -> None:
    before = database.state()
    configuration = database.folder / "other.yaml"
    source = source.replace("{scrape}", str(database.scrape))
    configuration.write_text(f"source: {{{source}}}\noutput: {database.output}\n")
    for name in ("run", "plan"):
        ended = hairpipe(name, str(configuration))
        assert ended.code == EXIT_CONFIG
        assert words in ended.err
    assert database.state() == before


@pytest.mark.parametrize(
    "gone", ["portraits", "portraits/bucket=b03", "hair_colors", "masks/bucket=b03/part.parquet"]
)
def test_published_files_that_are_gone_are_told_and_put_back(database: Database, gone: str) -> None:
    before = database.rows()
    path = database.output / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(path.read_bytes()[:-10])
    (warning,) = database.plan()["warnings"]
    assert "a run puts them back" in warning
    ended = database.run()
    assert ended.code == EXIT_OK, ended.err
    assert f"such as {gone.split('/')[0]}/" in ended.err
    assert "put back" in ended.err
    pd.testing.assert_frame_equal(database.rows(), before)
    assert database.problems() == ()
    assert database.plan()["warnings"] == []


def test_published_files_that_are_gone_with_their_copies_stop_the_run(database: Database) -> None:
    shutil.rmtree(database.output / "portraits")
    for copy in (database.output / ".hairpipe/objects").iterdir():
        copy.unlink()
    ended = database.run()
    assert ended.code == EXIT_VERIFY
    assert "hairpipe verify" in ended.err
    assert "Traceback" not in ended.err


def test_a_disk_that_fails_for_one_night_costs_no_row(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = database.rows()
    broken, vanished, *_ = map(str, before["image"])
    errors = {
        broken: OSError(errno.EIO, "Input/output error"),
        vanished: FileNotFoundError(errno.ENOENT, "gone"),
    }

    def read(path: str, at_most: int) -> bytes:
        error = next((error for name, error in errors.items() if str(path).endswith(name)), None)
        if error is not None:
            raise error
        return read_picture_file(path, at_most)

    monkeypatch.setattr(pictures, "read_picture_file", read)
    # All pictures are read again, as with other settings they show something else.
    other = ("--set", "article.ring_share=0.04")
    database.run(*other)
    rows = database.rows().reset_index().set_index("image")
    assert (rows["status"] == "ok").all()
    assert rows["last_failure"].dropna().to_dict() == {broken: "unreadable", vanished: "missing"}
    stays = before.reset_index().set_index("image")["fingerprint"]
    assert (rows["fingerprint"] == stays).to_dict() == {name: name in errors for name in rows.index}
    assert database.problems() == ()
    errors.clear()
    assert database.plan(*other)["counts"]["retry"] == 2
    assert database.run(*other).code == EXIT_OK
    rows = database.rows()
    assert rows["last_failure"].isna().all()
    assert rows["fingerprint"].nunique() == 1
    assert database.problems() == ()


def test_attempts_start_anew_with_a_new_picture(database: Database) -> None:
    profile = database.profiles[0]
    picture = database.picture(profile)
    limit = ("--set", "run.max_attempts=1")
    for damage in (200, 300):
        picture.write_bytes(scrambled(picture.read_bytes(), damage))
        assert database.plan(*limit)["counts"]["changed"] == 1
        database.run(*limit)
        assert database.plan(*limit)["counts"]["unchanged"] == PROFILES
    assert database.plan("--set", "run.max_attempts=2")["retried"] == {"unreadable": 1}
