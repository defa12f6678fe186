"""The short form of the damaged tables, which `python -m tests.chaos.damaged_tables` does at length."""

from __future__ import annotations

from pathlib import Path

from distributed import LocalCluster

from tests.chaos.damaged_tables import look_at_many, run_over_many


def test_damaged_tables_raise_nothing_and_nothing_gets_lost_without_a_word(tmp_path: Path) -> None:
    tally = look_at_many(100, seed=7, folder=tmp_path)
    assert tally.files == 100
    assert tally.portraits > 1000
    assert tally.wrong == []


def test_runs_over_damaged_tables_lose_no_good_row(tmp_path: Path) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        assert run_over_many(3, seed=7, folder=tmp_path, scheduler=str(cluster.scheduler_address)) == []
