"""Costs of the job, with extraction and without."""

from __future__ import annotations

from pathlib import Path

from hairpipe.extract.decode import decode
from hairpipe.lab.benchmark.jobs import job_cost, loop_cost, quick_scrape
from hairpipe.lab.benchmark.scrape import constant_result, write_quick_scrape
from hairpipe.lab.benchmark.tables import growth_table, job_table
from hairpipe.lab.synthetic.scrape import TABLE
from hairpipe.status import Status


def test_pictures_differ_and_can_be_decoded(tmp_path: Path) -> None:
    write_quick_scrape(tmp_path, 7, drawings=2, height=48, width=40)
    pictures = [path.read_bytes() for path in sorted((tmp_path / "images").rglob("*.jpg"))]
    assert len(set(pictures)) == 7
    assert {decode(data).status for data in pictures} == {Status.OK}
    assert len((tmp_path / TABLE).read_text().splitlines()) == 7


def test_job_and_loop_over_the_same_portraits() -> None:
    with quick_scrape(12, 64, 48, drawings=3) as folder:
        loops = [loop_cost(folder, "article", count) for count in (1, 2)]
        job = job_cost(folder, "article", {"workers": 1}, batch_size=6)
        left = [path.name for path in folder.parent.iterdir()]
    assert left == ["scrape"]
    assert [(loop.loops, loop.portraits) for loop in loops] == [(1, 12), (2, 12)]
    assert (job.portraits, job.workers, job.batches) == (12, 1, 2)
    assert job.looking_seconds <= job.batch_seconds <= job.window_seconds
    assert job.steady_rate > 0
    assert job_table(loops, [job]).row_count == 3


def test_the_machinery_alone_reads_no_picture() -> None:
    with quick_scrape(20, 32, 32, drawings=1) as folder:
        job = job_cost(folder, "article", {"workers": 1}, process=constant_result)
    assert job.portraits == 20
    assert job.looking_seconds == 0
    assert growth_table("alone", [job]).row_count == 1
