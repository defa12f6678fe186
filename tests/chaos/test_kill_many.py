"""The short form of the many kills, which `python -m tests.chaos.kill_many` does at length."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.kill_many import kill_many


def test_kills_at_random_moments_do_not_show_in_the_tables(tmp_path: Path) -> None:
    tally = kill_many(tmp_path, kills=6, portraits=150, seed=1)
    assert tally.kills.total() == 6
    assert tally.wrong == []
