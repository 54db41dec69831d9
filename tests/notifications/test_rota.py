"""Who is told in place of somebody who is away: never somebody who does not exist (security, row 3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from services.notifications.rota import standing_in

STAFF = frozenset({"ani", "budi", "citra"})


def test_whoever_is_there_is_told_and_a_deputy_in_place_of_whoever_is_away():
    assert standing_in("ani", {}, STAFF) == "ani"
    assert standing_in("ani", {"ani": "budi"}, STAFF) == "budi"
    assert standing_in("ani", {"ani": "budi", "budi": "citra"}, STAFF) == "citra"


def test_nobody_is_told_who_does_not_exist_and_a_circle_ends():
    assert standing_in("ani", {"ani": "nobody-at-all"}, STAFF) is None
    assert standing_in("nobody-at-all", {}, STAFF) is None
    assert standing_in("ani", {"ani": None}, STAFF) is None
    assert standing_in("ani", {"ani": "budi", "budi": "ani"}, STAFF) is None


PEOPLE = some.sampled_from(["ani", "budi", "citra", "nobody-at-all"])


@given(person=PEOPLE, away=some.dictionaries(PEOPLE, some.none() | PEOPLE))
def test_whoever_is_found_is_there_and_not_away(person: str, away: dict[str, str | None]) -> None:
    found = standing_in(person, away, STAFF)
    assert found is None or (found in STAFF and found not in away)
