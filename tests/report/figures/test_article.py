from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from hairpipe import extract_hair
from hairpipe.extract.article.method import ArticleSteps
from hairpipe.extract.face.box import Detection
from hairpipe.extract.result import Extraction
from hairpipe.extract.settings import Settings
from hairpipe.report.figures import article
from hairpipe.report.figures.outcome import drawings_of
from tests.report.drawn_output import drawn_picture

IMAGE, HAIR = drawn_picture("blue", 0)
FACE = (17, 25, 26, 34)


def extracted(image: np.ndarray, face: tuple[float, ...] = FACE) -> Extraction:
    return extract_hair(image, face, Settings(method="article"))


def steps_of(extraction: Extraction) -> ArticleSteps:
    assert isinstance(extraction.steps, ArticleSteps)
    return extraction.steps


def titles(extraction: Extraction, image: np.ndarray) -> dict[str, list[str]]:
    return {
        drawing.name: [panel.title for panel in drawing.panels] for drawing in drawings_of(image, extraction)
    }


def test_every_figure_of_the_article_is_there() -> None:
    found = titles(extracted(IMAGE), IMAGE)

    assert found["3-face"] == [
        "skin colour",
        "core points of DBSCAN",
        "face region",
        "convex hull",
        "hull over the original",
    ]
    assert found["4-hair"] == [
        "scaled hulls",
        "ring",
        "the ring's colours",
        "reduced hair",
        "hair",
        "original",
    ]
    assert [found["5-hsv"][row] for row in (0, 4, 8, 12)] == ["original", "hair", "reduced", "reduced hair"]
    assert len(found["5-hsv"]) == 16
    assert len(found["2-layers"]) == len(steps_of(extracted(IMAGE)).palette.colors)


def test_figures_are_drawn_with_all_their_panels() -> None:
    for drawing in drawings_of(IMAGE, extracted(IMAGE)):
        figure = drawing.figure()

        shown = [axes.get_title() for axes in figure.axes]
        assert shown == [panel.title for panel in drawing.panels]


class NoFace:
    """A detector that never finds a face."""

    def detect(self, image: np.ndarray) -> list[Detection]:
        return []


def stopped_texts(image: np.ndarray, extraction: Extraction) -> list[str]:
    """What the first figure says."""
    figure = drawings_of(image, extraction)[0].figure()
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_without_a_face_the_colours_are_drawn() -> None:
    extraction = extract_hair(IMAGE, None, Settings(method="article"), detector=NoFace())

    assert list(titles(extraction, IMAGE)) == ["0-outcome", "1-reduction", "2-layers", "5-hsv"]
    assert stopped_texts(IMAGE, extraction) == ["stopped: no_face\nno face was found"]


def test_without_a_ring_the_face_is_drawn() -> None:
    plain = np.full((60, 40, 3), 200, np.uint8)
    extraction = extracted(plain, (10, 20, 20, 20))

    assert extraction.status == "no_ring"
    assert list(titles(extraction, plain))[:4] == ["0-outcome", "1-reduction", "2-layers", "3-face"]
    assert stopped_texts(plain, extraction)[0].startswith("stopped: no_ring\n")


def test_each_panel_is_drawn_on_given_axes() -> None:
    for drawing in article.article_drawings(steps_of(extracted(IMAGE)), 0.05):
        for panel in drawing.panels:
            axes = Figure().add_subplot(projection="3d" if panel.is_3d else None)
            panel.draw(axes)
            assert axes.has_data(), panel.title


def test_the_rings_colours_that_count_are_named_hair() -> None:
    steps = steps_of(extracted(IMAGE))
    axes = Figure().add_subplot()
    article.draw_ring_colors(axes, steps)

    assert steps.hair_colors is not None
    named = [text for text in axes.texts if "hair" in text.get_text()]
    assert len(named) == len(steps.hair_colors)


def test_the_line_that_makes_hair_is_drawn_in_the_rings_bars() -> None:
    axes = Figure().add_subplot()
    article.draw_ring_colors(axes, steps_of(extracted(IMAGE)), 0.05)

    assert [float(line.get_xdata()[0]) for line in axes.lines] == [0.05]
    assert "5%" in [text.get_text().strip() for text in axes.texts]


def test_each_single_colour_has_its_hex_and_what_it_became() -> None:
    told = [panel.title for panel in article.layers(steps_of(extracted(IMAGE))).panels]

    assert all(title.startswith("#") and "%" in title for title in told)
    assert any("hair, " in title for title in told)
    assert sum("skin" in title for title in told) == 1
