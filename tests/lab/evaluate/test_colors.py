"""Names against people's names."""

import io
from pathlib import Path

from rich.console import Console

from hairpipe.extract.settings import Settings
from hairpipe.lab.evaluate.cases import color_cases
from hairpipe.lab.evaluate.colors import ColorScore, confusion, evaluate_colors
from hairpipe.lab.evaluate.tables import print_color_reports


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


def test_the_tables_can_be_read_on_a_narrow_terminal(tagged: Path) -> None:
    reports = evaluate_colors(color_cases(tagged), [Settings(method="article")]).reports
    told = io.StringIO()
    print_color_reports(reports, Console(file=told, width=30))

    assert "…" not in told.getvalue()
    assert "confused most often" in told.getvalue()
    assert max(map(len, told.getvalue().splitlines())) <= 30
