from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from hairpipe import extract_hair
from hairpipe.extract.learned.method import LearnedSteps
from hairpipe.extract.result import Extraction
from hairpipe.extract.settings import Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.report.figures import learned
from hairpipe.report.figures.outcome import drawings_of
from tests.report.drawn_output import drawn_picture

IMAGE, HAIR = drawn_picture("blue", 0)


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    return extract_hair(IMAGE, (17, 25, 26, 34), Settings(method="learned"))


def test_every_figure_of_the_method_is_there(extraction: Extraction) -> None:
    found = {
        drawing.name: [panel.title for panel in drawing.panels] for drawing in drawings_of(IMAGE, extraction)
    }

    assert list(found) == ["0-outcome", "1-choice", "2-edge", "3-reasons", "4-hsv"]
    assert found["1-choice"][-2:] == ["the network's prediction", "each region's probability"]
    assert found["2-edge"] == ["each pixel's probability", "before refinement", "after refinement"]


def test_a_small_face_is_shown_as_it_was_judged() -> None:
    drawn = draw_portrait(0, 168, 112)
    small = np.full((800, 700, 3), 128, np.uint8)
    small[:168, :112] = drawn.image
    found = extract_hair(small, drawn.face_box, Settings(method="learned"))
    assert isinstance(found.steps, LearnedSteps)

    titles = {each.name: [panel.title for panel in each.panels] for each in drawings_of(small, found)}

    assert found.steps.window is not None
    assert titles["0-outcome"][0] == "original"
    assert titles["1-choice"][0] == titles["4-hsv"][0] == "close-up"


def test_figures_are_drawn_with_all_their_panels(extraction: Extraction) -> None:
    for drawing in drawings_of(IMAGE, extraction):
        shown = [axes.get_title() for axes in drawing.figure().axes]
        assert shown == [panel.title for panel in drawing.panels]


def test_the_name_and_the_quality_are_told_apart(extraction: Extraction) -> None:
    steps = extraction.steps
    assert isinstance(steps, LearnedSteps)
    drawing = learned.reasons(steps, extraction.colors[0])
    names, evidence, quality = (
        [text.get_text().strip() for text in axes.texts] for axes in drawing.figure().axes
    )

    assert drawing.title == f"Why {extraction.color}, and how sure"
    assert names[0] == f"{extraction.color} {extraction.name_probability:.1%}"
    assert [text.split()[0] for text in evidence] == ["middle", "shade", "shine", "skin", "above"]
    assert len(quality) == 8
    assert set(quality) <= set(learned.TRAIT_WORDS.values())


def test_each_region_is_drawn_with_its_probability(extraction: Extraction) -> None:
    steps = extraction.steps
    assert isinstance(steps, LearnedSteps)
    axes = Figure().add_subplot()
    learned.choice(steps).panels[-1].draw(axes)

    [drawn] = axes.images
    assert np.array_equal(np.asarray(drawn.get_array()), steps.region_probabilities[steps.regions.labels])
