from __future__ import annotations

import pytest

from hairpipe.lab.synthetic import Fault, ProfileTruth, ScrapePlan, ScrapeTruth
from hairpipe.status import Status


def test_every_fault_has_a_status_of_its_own() -> None:
    statuses = [fault.status for fault in Fault]
    assert len(set(statuses)) == len(statuses)
    assert Status.OK not in statuses


@pytest.mark.parametrize(("profiles", "broken"), [(-1, 0.0), (5, -0.1), (5, 1.1)])
def test_impossible_plans_are_refused(profiles: int, broken: float) -> None:
    with pytest.raises(ValueError, match="can't be written"):
        ScrapePlan(profiles=profiles, broken=broken)


def test_faults_are_those_of_the_broken_profiles() -> None:
    profiles = {"1": ProfileTruth("images/1.jpg", None), "2": ProfileTruth(None, Fault.NO_PICTURE)}
    assert ScrapeTruth(ScrapePlan(2), profiles, {}).faults == {"2": Fault.NO_PICTURE}


@pytest.mark.parametrize(
    ("image", "fault", "has_file"),
    [
        ("images/1.jpg", None, True),
        ("images/1.jpg", Fault.EMPTY_FILE, True),
        ("images/1.jpg", Fault.NEVER_FETCHED, False),
        ("../x", Fault.PATH_OUTSIDE, False),
        (None, Fault.NO_PICTURE, False),
    ],
)
def test_has_file(image: str | None, fault: Fault | None, has_file: bool) -> None:
    assert ProfileTruth(image, fault).has_file is has_file
