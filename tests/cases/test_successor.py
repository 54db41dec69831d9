"""Who has it now instead (domain page, "People come and go"): the deputy, else the coordinator, else up the ladder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from services.cases.domain.successor import LADDER, WORKS, Staff, successor

SCHOOL = {"counsellor": ["ani", "budi"], "coordinator": ["citra"], "principal": ["dewi"], "district-duty": ["eka"]}


def test_the_deputy_of_the_case_goes_before_the_deputy_of_the_leave() -> None:
    staff = Staff({**SCHOOL, "counsellor": ["ani", "budi", "fajar"]}, away=frozenset({"ani"}), deputies={"ani": "fajar"})
    assert successor("ani", staff, excluded=(), deputies=["budi"]) == "budi"
    assert successor("ani", staff, excluded=()) == "fajar"


def test_without_a_deputy_the_coordinator_has_it() -> None:
    assert successor("ani", Staff(SCHOOL), excluded=()) == "citra"
    assert successor(None, Staff(SCHOOL), excluded=()) == "citra"


def test_up_the_ladder_past_whoever_is_named_away_or_missing() -> None:
    assert successor("ani", Staff(SCHOOL, away=frozenset({"citra"})), excluded=()) == "dewi"
    assert successor("ani", Staff(SCHOOL), excluded=("citra", "dewi")) == "eka"
    assert successor("citra", Staff(SCHOOL), excluded=()) == "dewi"
    assert successor("ani", Staff({"district-officer": ["gita"]}), excluded=()) == "gita"


def test_a_deputy_who_left_is_away_or_may_not_do_the_work_is_passed_over() -> None:
    staff = Staff({**SCHOOL, "homeroom": ["hadi"]}, away=frozenset({"ani", "budi"}), deputies={"ani": "budi"})
    assert successor("ani", staff, excluded=(), deputies=["gone", "hadi"]) == "citra"


def test_deputies_of_deputies_are_followed_and_a_circle_ends() -> None:
    chain = Staff({**SCHOOL, "counsellor": ["ani", "budi", "fajar"]}, away=frozenset({"ani", "budi"}), deputies={"ani": "budi", "budi": "fajar"})
    assert successor("ani", chain, excluded=()) == "fajar"
    circle = Staff(SCHOOL, away=frozenset({"ani", "budi"}), deputies={"ani": "budi", "budi": "ani"})
    assert successor("ani", circle, excluded=()) == "citra"


def test_nobody_only_where_nobody_is_left() -> None:
    assert successor("ani", Staff({"counsellor": ["ani"]}), excluded=()) is None


PEOPLE = some.sampled_from(["a", "b", "c", "d", "e", "f"])
SOMEBODY = some.frozensets(PEOPLE)


@given(
    by_role=some.dictionaries(some.sampled_from([WORKS, *LADDER, "homeroom"]), some.lists(PEOPLE, unique=True)),
    away=SOMEBODY,
    deputies=some.dictionaries(PEOPLE, PEOPLE),
    excluded=SOMEBODY,
    leaving=PEOPLE,
)
def test_whoever_is_found_is_there_and_fit_and_nobody_is_found_only_where_no_leader_is(
    by_role: dict[str, list[str]], away: frozenset[str], deputies: dict[str, str], excluded: frozenset[str], leaving: str
) -> None:
    staff = Staff(by_role, away, deputies)
    found = successor(leaving, staff, excluded=excluded)
    leaders = {person for role in LADDER for person in by_role.get(role, ())} - away - excluded - {leaving}
    if found is None:
        assert not leaders
    else:
        assert found in {person for role in (WORKS, *LADDER) for person in by_role.get(role, ())}
        assert found not in away | excluded | {leaving}
