"""Laws over random orders of what happens to a child whom the roster has under two ids: no concern, alert or reader is lost or gained (ADR 58)."""

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.commands.facts import record_fact
from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, Student
from services.cases.domain.streams import student_stream
from services.cases.rights import may_open, rights
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.events import PersonsMatched, PersonsUnmatched
from shared.message import Event, Fact, Occasion
from tests.cases.test_moves_law import RAISED, SCHOOLS, STUDENTS, District
from tests.keys import somebody

ANI, BUDI = STUDENTS
PAIR = {"person": ANI, "other": BUDI, "by": "operator"}
READERS = [
    somebody("duty", {"coordinator"}, SCHOOLS),
    *(somebody(f"{role}-{school}", {role}, {school}) for school in SCHOOLS for role in ("counsellor", "coordinator", "principal", "homeroom")),
]


class WithDoubles(District):
    """The same district, where somebody matches the two ids, and undoes it."""

    async def happens(self, what: str, one: int, two: int, three: int) -> None:
        if what not in ("double", "two"):
            await super().happens(what, one, two, three)
            return
        before = await self._reading()
        await self.hear(PersonsMatched(**PAIR) if what == "double" else PersonsUnmatched(**PAIR))
        self.done[what] += 1
        await self._same_readers(before)

    def events_of(self, case: Case) -> list[Event]:
        return CASE.codec.decode_many([event for event in self.store.events if event.stream == f"case-{case.case}"])

    async def fold(self, case: Case, fact: Fact) -> None:
        cause = self.fresh()
        await record_fact(self.store, CASE, case.case or "", fact, Occasion("service:test", None, self.now, cause, cause))

    async def student(self, student: str) -> Student:
        return (await load(self.store, STUDENT, student_stream(student))).state

    # the laws -----------------------------------------------------------------------------------------------------

    async def holds(self) -> None:
        cases = await self.cases()
        going_on = [case for case in cases if case.moves.merged_into is None]
        assert Counter(concern for case in going_on for concern in case.concerns) == Counter(self.raised), "each is in exactly one that goes on"
        open_cases = [case for case in going_on if not case.closed]
        for case in open_cases:
            assert not case.in_nobody_s_hand or "acknowledge" in case.deadlines, "what is in nobody's hand is expected of somebody"
        for case in cases:
            assert case.moves.merged_into is None or not {"acknowledge", "decide", "contact", "plan"} & set(case.deadlines), "its clocks ended"
            assert {strand.concern.student for strand in case.strands} <= {None, case.student} or case.student is None, "a concern keeps its own id"
        one, other = [await self.student(each) for each in STUDENTS]
        if one.double:
            assert len([case for case in open_cases if case.student in STUDENTS]) <= 1, "one child has one open case"
            return
        for student, state in ((ANI, one), (BUDI, other)):
            mine = [case.case for case in open_cases if case.student == student]
            assert mine == ([state.open_case] if state.open_case else []), "one open case of a student, which is the one that is claimed"
            self._nothing_of_the_other(cases, student)

    def _nothing_of_the_other(self, cases: list[Case], student: str) -> None:
        whose = {case.case: case.student for case in cases}
        for case in (each for each in cases if each.student == student and each.moves.merged_into is None):
            carried = {whose[each.case] for each in case.moves.carried}
            assert carried <= {None, student}, "after the match was undone, nothing of the other child is left"

    async def _reading(self) -> dict[tuple[str | None, str], set[str]]:
        """Who reads which concern's own words."""
        cases = await self.cases()
        return {
            (case.case, strand.concern.concern): {each.id for each in READERS if self._reads(each, case, strand)}
            for case in cases
            for strand in case.strands
        }

    def _reads(self, reader: Principal, case: Case, strand) -> bool:
        try:
            return may_open(reader, case, rights(reader, case, self.now), strand, self.now)
        except NotFound:
            return False

    async def _same_readers(self, before: dict[tuple[str | None, str], set[str]]) -> None:
        """Of the school that has a case nobody changes; beside it, as when any student moves, the school hears where the child is now."""
        after, cases = await self._reading(), {case.case: case for case in await self.cases()}
        assert after.keys() == before.keys()
        for (case_id, _), readers in after.items():
            case, was = cases[case_id], before[case_id, _]
            assert not [each for each in was - readers if each == "duty" or each.endswith(case.school)], "a reader was lost"
            assert not [each for each in readers - was if not case.elsewhere or not each.endswith(case.elsewhere)], "a reader was gained"


WHAT = (
    "raise", "raise", "raise", "raise", "double", "double", "two", "two", "move", "leave", "merge", "unmerge", "match", "close", "reopen", "acknowledge",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=8, max_size=24)

OF_BOTH = [*RAISED, ("raise", 1, 1, 1)]
STORIES = [
    [*OF_BOTH, ("double", 0, 0, 0), ("raise", 1, 0, 1), ("raise", 0, 0, 1), ("two", 0, 0, 0), ("raise", 1, 0, 1), ("raise", 0, 0, 1)],
    [("double", 0, 0, 0), ("raise", 1, 0, 1), ("raise", 0, 0, 1), ("raise", 1, 0, 1), ("two", 0, 0, 0), ("double", 0, 0, 0)],
    [*OF_BOTH, ("double", 0, 0, 0), ("acknowledge", 0, 0, 0), ("close", 0, 0, 0), ("raise", 1, 0, 1), ("raise", 0, 0, 1), ("two", 0, 0, 0)],
    [*OF_BOTH, ("double", 0, 0, 0), ("acknowledge", 0, 0, 0), ("close", 0, 0, 0), ("two", 0, 0, 0), ("raise", 1, 0, 1)],
    [*OF_BOTH, ("double", 0, 0, 0), ("raise", 1, 0, 1), ("two", 0, 0, 0), ("unmerge", 4, 0, 0)],
]
"""Orders in which everything about a double has its turn, whatever chance brings."""


async def lived(steps, done: Counter) -> None:
    district = WithDoubles()
    for each in steps:
        await district.happens(*each)
        await district.holds()
    done.update(district.done)


def test_matching_and_unmatching_over_random_histories_loses_and_gains_no_concern_alert_or_reader():
    done: Counter = Counter()

    @settings(max_examples=1000)
    @given(STEPS)
    def over(steps):
        asyncio.run(lived(steps, done))

    for story in STORIES:
        asyncio.run(lived(story, done))
    over()
    assert {"double", "two", "merge-into", "unmerge-case", "match", "close"} <= set(done), f"the law has seen every act: {done}"
