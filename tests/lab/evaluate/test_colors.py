"""Names against people's names."""

from pathlib import Path

from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases
from hairpipe.lab.evaluate.colors import ColorScore, confusion, evaluate_colors


def score(name: str, answer: str | None) -> ColorScore:
    """Return a score with these names."""
    return ColorScore("a", "a", "m", "ok", name, answer, name == answer, False, True, None, 1.0)


def test_reports_sum_up_the_scores(tagged: Path) -> None:
    cases = color_cases(tagged)
    evaluation = evaluate_colors(cases, [Settings(method="article")])
    (report,) = evaluation.reports
    assert report.pictures == len(cases)
    assert report.characters == 2
    assert report.accepted == sum(score.accepted for score in evaluation.scores) / len(cases)
    assert all(score.accepted for score in evaluation.scores if score.right)
    seen = sum(score.face_found for score in evaluation.scores)
    assert report.face_recall == seen / len(cases)
    assert sum(sum(row.values()) for row in report.confusion.values()) == seen


def test_confusion_counts_answers_by_name() -> None:
    table = confusion([score("red", "red"), score("red", "pink"), score("blue", None), score("red", "pink")])
    assert table == {"blue": {"none": 1}, "red": {"pink": 2, "red": 1}}
