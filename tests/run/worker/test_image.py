"""One picture, from bytes to what is known of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hairpipe.extract.result import Extraction
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.worker.image import process_image
from tests.run.drawn_tasks import draw_tasks, job_context


@pytest.mark.parametrize(("kept", "status"), [(1.0, "ok"), (0.5, "unreadable"), (0.0, "unreadable")])
def test_fewer_bytes_than_listed_are_no_word_on_the_picture(tmp_path: Path, kept: float, status: str) -> None:
    context = job_context(tmp_path)
    (task,) = draw_tasks(tmp_path, 1)
    (portrait,) = task.portraits
    picture = tmp_path / str(portrait.image)
    whole = picture.read_bytes()
    picture.write_bytes(whole[: round(kept * len(whole))])
    listed = ImageTask((replace(portrait, size=len(whole)),))
    assert process_image(listed, context.pictures, context.settings).status == status
    as_it_is = ImageTask((replace(portrait, size=picture.stat().st_size),))
    expected = {1.0: "ok", 0.5: "truncated", 0.0: "empty"}[kept]
    assert process_image(as_it_is, context.pictures, context.settings).status == expected


def test_a_quality_model_that_fails_costs_its_portrait_alone(tmp_path: Path) -> None:
    context = job_context(tmp_path)
    (task,) = draw_tasks(tmp_path, 1)

    def rate(extraction: Extraction) -> float:
        raise ValueError("no such feature")

    result = process_image(task, context.pictures, context.settings, rate)
    assert (result.status, result.error) == ("error", "ValueError: no such feature")
    assert process_image(task, context.pictures, context.settings, lambda _: 0.25).quality == 0.25
