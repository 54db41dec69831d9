"""The same category again within thirty days raises one level where it is another incident or another reporter tells of it (domain.md, Urgency)."""

from typing import Any

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import UrgencyDecided
from tests.cases.people import NOW, handled, later, raised, take

TOLD: dict[str, Any] = {"categories": ("truancy",), "facts": {}, "reporter": "guru", "happened_at": NOW}


@pytest.mark.parametrize(
    ("again", "level"),
    [
        ({}, "low"),
        ({"reporter": "wali"}, "medium"),
        ({"happened_at": later(hours=1)}, "medium"),
        ({"reporter": None}, "medium"),
        ({"happened_at": None}, "medium"),
    ],
)
def test_who_tells_of_one_incident_twice_raises_nothing(again, level):
    case = handled(concern=raised(**TOLD))
    events = CASE.decide(take(raised("c-2", **TOLD | again), at=later(days=2)), case)
    assert [each.urgency for each in events if isinstance(each, UrgencyDecided)] == [level]
