"""The job end to end, on drawn scrapes and a real LocalCluster."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from hairpipe.config import Config
from hairpipe.errors import EXIT_OK, EXIT_THRESHOLD, LockedError
from hairpipe.lab.synthetic.scrape import write_table_scrape
from hairpipe.lab.synthetic.truth import ScrapePlan, ScrapeTruth
from hairpipe.plan.losses import Allowed
from hairpipe.plan.plan_summary import plan_job
from hairpipe.quality.judgement import Judgement
from hairpipe.quality.model import save_user_quality
from hairpipe.run.job import run_job
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from hairpipe.store.labels import Label, LabelStore, SampleReason
from hairpipe.store.lock import OutputLock
from hairpipe.store.log.events import BatchFinished, Event, RunPlanned
from hairpipe.store.log.records import read_events
from hairpipe.store.log.runs import read_runs
from tests.lab.synthetic.article_scrape import write_article_scrape
from tests.lab.synthetic.later_scrape import write_later_scrape
from tests.quality.test_model import model as quality_model
from tests.run.comparable import comparable_tables

PLAN = ScrapePlan(profiles=120, broken=0.25, face_boxes=True)
FACE = {"columns": {"face": {"x": "face_x", "y": "face_y", "w": "face_w", "h": "face_h"}}}
CARRY = {"carry": {"gender": "string", "birth_year": "int"}}

Configured = Callable[..., Config]


@pytest.fixture(scope="module")
def scrape(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ScrapeTruth]:
    folder = tmp_path_factory.mktemp("scrape")
    return folder, write_table_scrape(folder, PLAN)


def portraits(config: Config) -> pd.DataFrame:
    return pd.read_parquet(Path(config.output) / "portraits").set_index("portrait_id")


def files(folder: str) -> dict[str, tuple[int, int]]:
    found = (path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def test_every_profile_ends_in_one_row_with_the_status_it_deserves(
    scrape: tuple[Path, ScrapeTruth], configured: Configured
) -> None:
    folder, truth = scrape
    config = configured(folder, **FACE, **CARRY)
    heard: list[Event] = []
    summary = run_job(config, [heard.append])
    rows = portraits(config)
    assert rows.index.is_unique
    assert set(rows.index) == set(truth.profiles)
    for portrait_id, fault in truth.faults.items():
        if fault.status != "no_face":
            assert rows.loc[portrait_id, "status"] == fault.status, portrait_id
    assert summary.rejects == truth.rejects
    assert summary.statuses == Counter(rows["status"])
    assert summary.counts["new"] == len(truth.profiles)
    assert summary.exit_code == EXIT_OK
    planned = next(event for event in heard if isinstance(event, RunPlanned))
    assert planned.portraits == sum(e.portraits for e in heard if isinstance(e, BatchFinished))
    assert verify(Folder(config.output)).problems == ()
    known = rows["gender"].dropna()
    assert set(known) <= {"female", "male"}
    assert len(known) > 0


def test_a_record_and_events_are_left(scrape: tuple[Path, ScrapeTruth], configured: Configured) -> None:
    config = configured(scrape[0], "run.max_failed_share=0.01", **FACE)
    summary = run_job(config)
    assert summary.exit_code == EXIT_THRESHOLD
    folder = Folder(config.output)
    record = json.loads(folder.read(f"runs/{summary.run_id}/run.json"))
    assert record["planned"] == sum(record["statuses"].values())
    assert record["workers"] == 2
    assert all(set(pools.values()) == {1} for pools in record["threads"].values())
    names = [event["event"] for event in read_events(folder, summary.run_id)]
    assert names[0] == "RunStarted"
    assert names[-1] == "RunFinished"
    assert read_runs(folder)["exit_code"].to_pylist() == [EXIT_THRESHOLD]


def test_an_unchanged_scrape_writes_nothing(scrape: tuple[Path, ScrapeTruth], configured: Configured) -> None:
    config = configured(scrape[0], **FACE)
    run_job(config)
    before = files(config.output)
    summary = run_job(config)
    assert summary.version is None
    assert summary.exit_code == EXIT_OK
    assert files(config.output) == before

    # What a person said since then is in the tables after a run that had nothing else to do.
    [one] = portraits(config)[lambda rows: rows.status == "ok"].head(1).reset_index().to_dict("records")
    said = {"label": Judgement.GOOD, "corrected_color": None, "names": ("pink",)}
    about = {name: one[name] for name in ("portrait_id", "source", "image_digest", "method")}
    given = {"mask_digest": None, "picked": SampleReason.RANDOM, "time": datetime.now(UTC), "reviewer": "ann"}
    LabelStore(Folder(config.output), "ann").add(Label(**about, **said, **given))
    assert run_job(config).version == 2
    assert run_job(config).version is None
    assert portraits(config).final_color[one["portrait_id"]] == "pink"
    assert verify(Folder(config.output)).problems == ()


def test_touched_pictures_are_read_once_and_their_rows_stay(tmp_path: Path, configured: Configured) -> None:
    write_table_scrape(tmp_path / "s", ScrapePlan(profiles=12, broken=0.0, face_boxes=True))
    config = configured(tmp_path / "s", **FACE)
    run_job(config)
    before = files(f"{config.output}/portraits")
    pictures = list((tmp_path / "s/images").iterdir())
    for picture in pictures:
        os.utime(picture, ns=(1, 1))
    assert plan_job(config).counts["mtime_only"] == len(pictures) == 12
    summary = run_job(config)
    assert summary.counts["mtime_only"] == 12
    assert files(f"{config.output}/portraits") == before
    assert verify(Folder(config.output)).problems == ()
    # Whoever opened a picture now would take it for changed.
    for picture in pictures:
        picture.write_bytes(bytes(picture.stat().st_size))
        os.utime(picture, ns=(1, 1))
    assert plan_job(config).counts["unchanged"] == 12
    everything = files(config.output)
    assert run_job(config).version is None
    assert files(config.output) == everything


def test_a_picture_that_becomes_a_placeholder_and_is_one_no_more(
    tmp_path: Path, configured: Configured
) -> None:
    folder = tmp_path / "s"
    write_table_scrape(folder, ScrapePlan(profiles=8, broken=0.0, face_boxes=True))
    table = folder / "profiles.jsonl"
    profiles = [json.loads(line) for line in table.read_text().splitlines()]
    for profile in profiles[:5]:
        profile.update({name: profiles[0][name] for name in ("image", *FACE["columns"]["face"].values())})
    config = configured(folder, "run.placeholder_profiles=5", **FACE)

    def run_over(count: int) -> pd.DataFrame:
        table.write_text("".join(json.dumps(profile) + "\n" for profile in profiles[8 - count :]))
        outlook, summary = plan_job(config), run_job(config)
        assert outlook.counts == summary.counts
        assert run_job(config).version is None
        assert verify(Folder(config.output)).problems == ()
        return portraits(config)

    shared = [str(profile["id"]) for profile in profiles[1:5]]
    before = run_over(7)
    assert (before["status"] != "placeholder").all()
    during = run_over(8)
    assert (during.loc[shared, "status"] == "placeholder").all()
    assert during.loc[shared, "hair_color"].isna().all()
    others = before.index.difference(shared)
    # A column with nulls has another type in pandas.
    pd.testing.assert_frame_equal(during.loc[others], before.loc[others], check_dtype=False)
    after = run_over(7).loc[before.index]
    varying = ["run_id", "processed_at", "duration_ms"]
    expected = before.drop(columns=varying)
    pd.testing.assert_frame_equal(after.drop(columns=varying), expected, check_dtype=False)


def test_a_later_scrape_touches_what_changed_and_nothing_else(tmp_path: Path, configured: Configured) -> None:
    first, later = tmp_path / "first", tmp_path / "later"
    truth = write_table_scrape(first, ScrapePlan(profiles=60, face_boxes=True))
    run_job(configured(first, **FACE))
    change = write_later_scrape(first, later, truth)
    config = configured(later, **FACE)
    before = portraits(config)
    # Some of the drawn lines can't be read, so that nobody counts as removed unless a person says so.
    allowed = Allowed(removals=True)
    assert plan_job(config).counts["removed"] == 0
    outlook = plan_job(config, allowed)
    summary = run_job(config, allowed=allowed)
    after = portraits(config)
    assert outlook.counts == summary.counts
    assert summary.counts["new"] == len(change.added)
    assert summary.counts["removed"] == len(change.removed)
    assert set(after.index) == set(before.index) | set(change.added)
    touched = {*change.added, *change.changed, *change.edited, *change.removed, *change.repaired}
    same = [portrait_id for portrait_id in before.index if portrait_id not in touched]
    pd.testing.assert_frame_equal(after.loc[same], before.loc[same])
    assert after.loc[list(change.removed), "last_seen_run_id"].notna().all()
    assert after["last_seen_run_id"].notna().sum() == len(change.removed)
    assert run_job(config).version is None


def test_the_article_layout(tmp_path: Path, configured: Configured) -> None:
    truth = write_article_scrape(tmp_path / "faces", ScrapePlan(profiles=30, broken=0.2))
    config = configured(tmp_path, "source={kind: article, path: " + str(tmp_path / "faces") + "}")
    run_job(config)
    rows = portraits(config)
    assert set(rows.index) == set(truth.profiles)
    for portrait_id, fault in truth.faults.items():
        assert rows.loc[portrait_id, "status"] == fault.status, portrait_id


def test_workers_and_batch_size_do_not_change_the_tables(
    scrape: tuple[Path, ScrapeTruth], configured: Configured
) -> None:
    one = configured(scrape[0], "cluster.workers=1", "run.batch_size=50", out="one", **FACE)
    two = configured(scrape[0], "cluster.workers=3", "run.batch_size=7", out="two", **FACE)
    run_job(one)
    run_job(two)
    varying = ["run_id", "processed_at", "duration_ms"]
    for table in ("portraits", "hair_colors", "masks"):
        left, right = (pd.read_parquet(Path(config.output) / table) for config in (one, two))
        keep = [name for name in left.columns if name not in varying]
        pd.testing.assert_frame_equal(left[keep], right[keep])


def test_another_run_is_told_at_once(scrape: tuple[Path, ScrapeTruth], configured: Configured) -> None:
    config = configured(scrape[0], **FACE)
    with OutputLock(Folder(config.output), "other-run"), pytest.raises(LockedError, match="other-run"):
        run_job(config)
    assert not (Path(config.output) / "portraits").exists()


def test_a_changed_method_setting_makes_rows_stale_and_keeps_faces(
    tmp_path: Path, configured: Configured
) -> None:
    write_table_scrape(tmp_path / "s", ScrapePlan(profiles=25, broken=0.0, height=350, width=225))
    run_job(configured(tmp_path / "s"))
    config = configured(tmp_path / "s", "article.ring_share=0.03")
    before = portraits(config)
    assert before["face_source"].notna().any()
    outlook = plan_job(config)
    assert outlook.counts["stale"] == len(before)
    run_job(config)
    after = portraits(config)
    columns = ["face_x", "face_y", "face_w", "face_h", "face_source", "face_score", "face_count"]
    found = before["face_x"].notna()
    pd.testing.assert_frame_equal(after.loc[found, columns], before.loc[found, columns])
    assert (after["fingerprint"] != before["fingerprint"]).all()


def test_a_change_of_method_and_back_leaves_no_trace(tmp_path: Path, configured: Configured) -> None:
    write_table_scrape(tmp_path / "s", ScrapePlan(profiles=25, broken=0.0, height=168, width=112))
    tables = {}
    for method, out in [("learned", "out"), ("article", "out"), ("learned", "out"), ("article", "alone")]:
        config = configured(tmp_path / "s", f"method={method}", out=out)
        run_job(config)
        found = comparable_tables(config.output)
        assert tables.setdefault(method, found) == found
    assert (portraits(configured(tmp_path / "s"))["face_source"] == "network").any()


def test_a_users_own_quality_model_makes_rows_stale_and_rates_them(
    tmp_path: Path, configured: Configured
) -> None:
    write_table_scrape(tmp_path / "s", ScrapePlan(profiles=20, broken=0.0, face_boxes=True))
    config = configured(tmp_path / "s", **FACE)
    run_job(config)
    before = portraits(config)
    own = quality_model(hair_fraction=4.0)
    save_user_quality(Folder(config.output), own)
    assert plan_job(config).counts["stale"] == len(before)
    run_job(config)
    after = portraits(config)
    found = after["status"] == "ok"
    assert found.any()
    pd.testing.assert_series_equal(after["method_quality"], before["quality"], check_names=False)
    assert (after.loc[found, "quality"] > 0.5).all()
    assert (after.loc[found, "quality"] != before.loc[found, "quality"]).any()
    assert run_job(config).version is None
    save_user_quality(Folder(config.output), quality_model(hair_fraction=-4.0))
    assert plan_job(config).counts["stale"] == len(after)
