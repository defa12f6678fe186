import numpy as np
import pytest

from hairpipe.extract.softmax_model import SoftmaxModel
from hairpipe.lab.train.softmax_fit import Lessons, cross_validated, fit_softmax


def lessons(classes: tuple[str, ...], count: int, groups: int = 8, *, balanced: bool = False) -> Lessons:
    rng = np.random.default_rng(0)
    labels = tuple(classes[place % len(classes)] for place in range(count))
    rows = np.array([[classes.index(label) * 3, 0.0] for label in labels]) + rng.normal(0, 1, (count, 2))
    rows[:, 1] = 7
    group = tuple(f"g{place % groups}" for place in range(count))
    return Lessons(("a", "b"), classes, rows, labels, np.ones(count), group, 0.5, balanced)


@pytest.mark.parametrize("classes", [("no", "yes"), ("short", "long", "medium")])
def test_a_fitted_model_tells_the_classes_apart(classes: tuple[str, ...]) -> None:
    model = fit_softmax(lessons(classes, 120), "numbers")
    assert model is not None
    assert (model.classes, model.features, model.fitted_to) == (classes, ("a", "b"), "numbers")
    likely = model.probabilities([[place * 3.0, 7.0] for place in range(len(classes))])
    assert likely.argmax(axis=1).tolist() == list(range(len(classes)))
    assert likely.max(axis=1).min() > 0.6


def test_rare_classes_can_count_the_same() -> None:
    many = lessons(("no", "yes"), 200)
    rare = many.at(np.array([place for place in range(200) if place % 2 or place < 20]))
    plain, balanced = (fit_softmax(Lessons(**{**vars(rare), "balanced": each})) for each in (False, True))
    assert plain is not None
    assert balanced is not None
    between = [[1.5, 7.0]]
    assert balanced.probabilities(between)[0, 0] > plain.probabilities(between)[0, 0] + 0.1


def test_a_class_without_an_example_can_not_be_fitted() -> None:
    alone = lessons(("no", "yes"), 20).at(np.arange(0, 20, 2))
    assert fit_softmax(alone) is None
    assert fit_softmax(alone.at(np.zeros(0, np.intp))) is None


def test_rows_are_judged_by_models_that_have_not_seen_their_group() -> None:
    # The first column tells the group alone, and each group has one label: only its own rows give it away.
    groups = np.repeat(np.arange(10), 4)
    labels = tuple("yes" if group % 2 else "no" for group in groups)
    rows = np.eye(10)[groups]
    told = Lessons(
        tuple("abcdefghij"), ("no", "yes"), rows, labels, np.ones(40), tuple(map(str, groups)), 10.0
    )
    fallback = fit_softmax(told)
    assert fallback is not None
    answers = cross_validated(told, fallback)
    right = [answer[label] for answer, label in zip(answers, labels, strict=True)]
    assert max(right) < 0.7
    seen = fallback.probabilities(rows)[np.arange(40), [int(label == "yes") for label in labels]]
    assert seen.min() > 0.7


def test_too_few_groups_are_judged_by_the_fallback() -> None:
    fallback = SoftmaxModel(
        classes=("no", "yes"),
        features=("a", "b"),
        mean=(0, 0),
        scale=(1, 1),
        weights=((0, 0), (0, 0)),
        intercepts=(0, 0),
    )
    assert cross_validated(lessons(("no", "yes"), 4, groups=1), fallback) == [{"no": 0.5, "yes": 0.5}] * 4
    assert cross_validated(lessons(("no", "yes"), 4).at(np.zeros(0, np.intp)), fallback) == []
