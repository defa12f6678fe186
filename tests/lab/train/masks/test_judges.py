from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hairpipe.extract.learned.judges import shipped_judges
from hairpipe.extract.learned.traits import LENGTH_TRAITS, TRUST_TRAITS
from hairpipe.extract.result import HairColor
from hairpipe.lab.train.masks.judged import Answer
from hairpipe.lab.train.masks.judges import Outcome, Verdict, fit_judges
from hairpipe.lab.train.masks.scores import model_card, score_sources
from hairpipe.lab.train.samples.examples import LabelledPicture
from hairpipe.lab.train.samples.sources import Source

LENGTHS = ("short", "medium", "long", "unknown")


def color(name: str) -> HairColor:
    return HairColor(
        name, None, "#102030", (16, 32, 48), (12, -2, -12), (0.58, 0.67, 0.19), 1.0, 50, 0.4, 0.7
    )


def outcome(place: int, rng: np.random.Generator) -> Outcome:
    """A picture whose first trait says how good the mask is, and whose length is in its first trait."""
    visible, named = place % 5 != 0, place % 2 == 0
    overlap = float(rng.uniform(0.3, 1)) if visible else 0.0
    length = place % len(LENGTHS)
    picture = LabelledPicture(
        image=Path(f"{place}.png"),
        hair=Path(f"{place}.hair.png"),
        group=f"g{place // 2}",
        presence="hair" if visible else "bald",
        names=("red", "pink") if named and visible else (),
        length=LENGTHS[length] if visible else None,
    )
    answer = Answer(
        traits=np.array([4 * overlap, *rng.normal(0, 1, len(TRUST_TRAITS) - 1)]),
        overlap=overlap,
        enough=True,
        color=color("pink" if place % 3 else "blue"),
        length=np.array([5.0 * length, *rng.normal(0, 1, len(LENGTH_TRAITS) - 1)]),
    )
    worse = replace(answer, traits=answer.traits - 2, overlap=overlap / 3)
    return Outcome("a", place % 2, picture, (worse, answer) if place % 4 == 1 else (answer,))


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Enough outcomes of every kind."""
    rng = np.random.default_rng(0)
    return [outcome(place, rng) for place in range(160)]


def test_judges_learn_what_people_said(outcomes: list[Outcome]) -> None:
    fitted = fit_judges(outcomes)
    assert fitted.kept == ()
    low, high = np.zeros(len(TRUST_TRAITS)), np.zeros(len(TRUST_TRAITS))
    high[0] = 4
    judges = fitted.judges
    assert judges.right_mask(low) < 0.2 < 0.8 < judges.right_mask(high)
    assert judges.visible_hair(low) < 0.4 < 0.6 < judges.visible_hair(high)
    assert set(judges.length.classes) == set(LENGTHS)
    assert "160 judgements of a" not in judges.mask.fitted_to
    assert "200 judgements of a" in judges.mask.fitted_to


def test_the_surer_view_is_taken_and_scored(outcomes: list[Outcome]) -> None:
    fitted = fit_judges(outcomes)
    pairs = list(zip(outcomes, fitted.verdicts, strict=True))
    two = [(each.answers, verdict.answer) for each, verdict in pairs if len(each.answers) == 2]
    assert np.mean([verdict is answers[1] for answers, verdict in two]) > 0.9
    (score,) = score_sources(outcomes, fitted.verdicts, 0.5)
    assert (score.source, score.pictures, score.halves) == ("a", 160, (80, 80))
    assert score.no_hair_seen is not None
    assert score.no_hair_seen > 0.8
    assert score.hair_seen is not None
    assert score.hair_seen > 0.7
    assert score.length_right is not None
    assert score.length_right > 0.5
    assert score.accepted is not None
    assert 0.4 < score.accepted < 0.75


def test_a_mask_too_small_for_hair_is_not_taken(outcomes: list[Outcome]) -> None:
    two = [each for each in outcomes if len(each.answers) == 2]
    small = [replace(each, answers=(each.answers[0], replace(each.answers[1], enough=False))) for each in two]
    rest = [each for each in outcomes if len(each.answers) == 1]
    verdicts = fit_judges([*small, *rest]).verdicts
    assert all(verdict.answer is each.answers[0] for verdict, each in zip(verdicts, small, strict=False))


def test_other_parts_of_the_picture_count_where_the_rest_is_unsure(outcomes: list[Outcome]) -> None:
    best = np.zeros(len(TRUST_TRAITS))
    best[0] = 5
    elsewhere = replace(outcomes[1].answers[0], traits=best, overlap=0.95)
    looked = [replace(each, of_places=(elsewhere,)) if each.picture.visible else each for each in outcomes]
    of_place = [verdict.answer is elsewhere for verdict in fit_judges(looked).verdicts]
    surest = [max(answer.traits[0] for answer in each.answers) for each in looked]
    assert np.mean([taken for taken, sure in zip(of_place, surest, strict=True) if 0 < sure < 2]) > 0.8
    assert np.mean([taken for taken, sure in zip(of_place, surest, strict=True) if sure > 3.7]) < 0.2


def test_judges_without_examples_stay_as_they_are(outcomes: list[Outcome]) -> None:
    bare = [
        replace(each, picture=replace(each.picture, names=(), length=None))
        for each in outcomes
        if each.picture.visible
    ]
    fitted = fit_judges(bare)
    assert fitted.kept == ("visible", "both", "length")
    assert fitted.judges.length == shipped_judges().length
    assert fitted.judges.mask != shipped_judges().mask
    assert {verdict.length for verdict in fitted.verdicts} == {None}


def test_hair_that_is_not_seen_counts_as_missed(outcomes: list[Outcome]) -> None:
    seen = next(each for each in outcomes if each.picture.names and len(each.answers) == 1)
    bald = next(each for each in outcomes if not each.picture.visible)
    answer = replace(seen.answers[0], overlap=0.9, color=color("red"))
    length = seen.picture.length

    def score(likely: float) -> tuple[object, ...]:
        verdicts = [Verdict(answer, likely, length), Verdict(bald.answers[0], likely, None)]
        (one,) = score_sources([seen, bald], verdicts, 0.5)
        return one.iou.mean, one.hair_seen, one.no_hair_seen, one.accepted

    assert score(0.6) == (0.9, 1.0, 0.0, 1.0)
    assert score(0.4) == (0.0, 0.0, 1.0, 0.0)


def test_the_model_card_counts_and_scores_every_source(outcomes: list[Outcome]) -> None:
    fitted = fit_judges(outcomes)
    source = Source("a", 0.3, tuple(each.picture for each in outcomes))
    scores = score_sources(outcomes, fitted.verdicts, 0.5)
    card = model_card({"seed": "7"}, [source], scores, ["both"])
    assert "- seed: 7\n" in card
    assert "for want of examples: both\n" in card
    assert "| a | 0.3 | 160 | 80 | 0 | 32 bald | 64 | 128 |\n" in card
    assert f"| {' | '.join(scores[0].cells())} |\n" in card
