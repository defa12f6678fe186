import pytest

from hairpipe.quality.judgement import GOOD_FROM, SO_SO_FROM, Judgement, judgement_of


@pytest.mark.parametrize(
    ("quality", "group"),
    [
        (None, None),
        (0.0, Judgement.UGLY),
        (SO_SO_FROM, Judgement.SO_SO),
        (GOOD_FROM, Judgement.GOOD),
        (1.0, Judgement.GOOD),
    ],
)
def test_a_quality_puts_into_a_group(quality: float | None, group: Judgement | None) -> None:
    assert judgement_of(quality) == group
