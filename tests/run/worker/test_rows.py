"""From what was seen of a picture to the rows of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairpipe.run.worker.image import process_image
from hairpipe.run.worker.rows import batch_rows
from hairpipe.store.schema import HAIR_COLORS
from tests.run.drawn_tasks import draw_tasks, job_context


def test_every_hair_color_is_a_row_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    context = job_context(tmp_path)
    (task,) = draw_tasks(tmp_path, 1)
    result = process_image(task, context.pictures, context.settings)
    (row,) = batch_rows(task, result, context)
    assert result.extraction is not None
    colors = result.extraction.colors
    assert [color["rank"] for color in row["hair_colors"]] == list(range(1, len(colors) + 1))
    for color, told in zip(colors, row["hair_colors"], strict=True):
        assert set(told) == set(HAIR_COLORS.names)
        assert (told["hex"], told["shade_hex"], told["shine_hex"]) == (
            color.hex,
            color.shade_hex,
            color.shine_hex,
        )
        assert told["name_probability"] == pytest.approx(color.probability)
        assert told["second_name"] == (color.also[0] if color.also else None)
