"""Laws over random orders of what moves cases: concerns raised, students moved, transfers, merges, matches, closings; with the real shells, in memory."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.commands.envelope import Envelope
from services.cases.commands.fill import taken_along
from services.cases.commands.on_case import OnCase
from services.cases.domain.case.case import CASE
from services.cases.domain.case.linking import UnmatchStudent
from services.cases.domain.case.merging import MergeInto, UnmergeCase
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, Close, Match, Reopen
from services.cases.domain.case.student import STUDENT
from services.cases.domain.case.transferring import DeclineTransfer, KeepCase, ReceiveTransfer, TransferCase, WithdrawTransfer
from services.cases.domain.streams import student_stream
from services.cases.domain.successor import NOBODY, Staff
from services.cases.subscribers import FromIntake
from shared.access import Permissions
from shared.decider import commit, load, write
from shared.errors import NotFound, Refused, VersionConflict
from shared.events import ConcernRaised, PersonLeft, PersonRegistered
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Item
from shared.message import TANGGAP, PublicEvent, Recorded, derived_id
from shared.school_day import Calendar, national
from tests.cases.people import NOW, POLICY, step, words
from tests.keys import somebody

SCHOOLS = ("smp1", "smp2", "sma1")
STUDENTS = ("ani", "budi")
DUTY = somebody("duty", {"coordinator"}, set(SCHOOLS))


class Directory:
    """Where the roster has each student, as the service keeps it."""

    def __init__(self) -> None:
        self.schools: dict[str, str | None] = {}
        self.working = NOBODY

    async def keep(self, told: PublicEvent, _: int) -> None:
        if isinstance(told, PersonRegistered):
            self.schools[told.person] = told.school
        elif isinstance(told, PersonLeft):
            self.schools[told.person] = None

    async def person(self, _: str) -> None:
        """Nobody here has a family."""

    async def of(self, student: str) -> str | None:
        return self.schools.get(student)

    async def staff(self, _: str) -> Staff:
        return self.working


class Days:
    """Every school has the national calendar."""

    async def of(self, _: str) -> Calendar:
        return national("Asia/Jakarta")


@dataclass
class District:
    """A district's cases, and everything that was ever raised."""

    store: InMemoryEventStore = field(default_factory=InMemoryEventStore)
    directory: Directory = field(default_factory=Directory)
    raised: list[str] = field(default_factory=list)
    done: Counter = field(default_factory=Counter)
    hours: int = 0
    ids: int = 0

    def __post_init__(self) -> None:
        played = (self.directory, self.directory, self.directory, self.directory)  # the roster, the lists and who is gone, too
        self.intake = FromIntake(self.store, *played, CASE, Days(), None, None)  # type: ignore[arg-type]
        self.kernel: Any = SimpleNamespace(store=self.store, access=SimpleNamespace(permissions=Permissions()))

    @property
    def now(self):
        return NOW + timedelta(hours=self.hours)

    async def hear(self, event: PublicEvent) -> None:
        self.hours += 1
        cause = self.fresh()
        await self.intake(
            Recorded(
                cause, "elsewhere", 1, self.hours, 0, None, event.ordering_key or "", event.type, 1, event.model_dump_json(), True,
                None, "service:test", self.now, self.now, cause, cause, b"", b"", b"", b"",
            ), None,
        )  # fmt: skip

    def fresh(self) -> UUID:
        """An id that the same order of things gives again."""
        self.ids += 1
        return derived_id(TANGGAP, "moves", str(self.ids))

    async def cases(self) -> list[Case]:
        """In the order in which they were opened."""
        streams = dict.fromkeys(event.stream for event in self.store.events if event.stream.startswith("case-"))
        return [(await load(self.store, CASE, stream)).state for stream in streams]

    async def give(self, command: Any, case: str) -> None:
        """As the road does: decide, and what stands beside it in the same item. What is refused did not happen."""
        subject, envelope = OnCase(self.kernel, CASE, case), Envelope(DUTY, self.fresh(), self.now)

        async def plan() -> Item | None:
            loaded = await load(self.store, CASE, subject.stream)
            events = CASE.decide(command, loaded.state)
            writes = (write(CASE, loaded, events, envelope.occasion(loaded.state.school)), *await subject.beside(envelope, command, loaded))
            return Item(writes) if events else None

        try:
            if await commit(self.store, plan):
                self.done[command.called] += 1
        except (Refused, NotFound, VersionConflict):
            self.done["refused"] += 1

    # what may happen ----------------------------------------------------------------------------------------------

    async def happens(self, what: str, one: int, two: int, three: int) -> None:
        self.hours += 1
        student, school = STUDENTS[one % 2], SCHOOLS[two % 3]
        match what:
            case "raise":
                await self._raise(student if three % 2 else None, school)
            case "move":
                await self.hear(PersonRegistered(person=student, kind="student", school=school, name=words()))
            case "leave" if student in self.directory.schools:
                await self.hear(PersonLeft(person=student, school=school))
            case _:
                cases = await self.cases()
                if cases:
                    await self._on_case(what, cases[one % len(cases)], cases[two % len(cases)], school, STUDENTS[three % 2])

    async def _raise(self, student: str | None, school: str) -> None:
        concern = f"c-{len(self.raised)}"
        self.raised.append(concern)
        where = (await self.directory.of(student) if student else None) or school
        await self.hear(
            ConcernRaised(
                concern=concern, school=where, student=student, role="affected", kind="incident", categories=("bullying",), text=words(),
                channel="web", reporter_kind="staff",
            )
        )  # fmt: skip

    async def _on_case(self, what: str, case: Case, other: Case, school: str, student: str) -> None:
        mine, at = case.case or "", self.now
        asked = case.moves.asked.to if case.moves.asked else school
        commands: dict[str, Any] = {
            "acknowledge": lambda: step(Acknowledge, by="duty", at=at),
            "close": lambda: step(Close, by="duty", at=at, outcome_class="helped", task_reviewed=words()),
            "reopen": lambda: step(Reopen, by="duty", at=at, text=words()),
            "ask": lambda: step(TransferCase, by="duty", at=at, to=school, reason=words(), receipt_by=at),
            "receive": lambda: step(ReceiveTransfer, by="duty", at=at, school=asked, policy=POLICY),
            "decline": lambda: step(DeclineTransfer, by="duty", at=at, school=asked, reason=words()),
            "withdraw": lambda: step(WithdrawTransfer, by="duty", at=at, reason=words()),
            "keep": lambda: step(KeepCase, by="duty", at=at, reason=words()),
            "merge": lambda: step(MergeInto, by="duty", at=at, into=other.case or "", takes=taken_along(case, other), policy=POLICY),
            "unmerge": lambda: step(UnmergeCase, by="duty", at=at, reason=words(), policy=POLICY),
            "match": lambda: step(Match, by="duty", at=at, student=student, student_at=self.directory.schools.get(student), policy=POLICY),
            "unmatch": lambda: step(UnmatchStudent, by="duty", at=at, student=case.student or "", reason=words()),
        }
        if what in commands:
            await self.give(commands[what](), mine)

    # the laws -----------------------------------------------------------------------------------------------------

    async def holds(self) -> None:
        cases = await self.cases()
        going_on = [case for case in cases if case.moves.merged_into is None]
        held = Counter(concern for case in going_on for concern in case.concerns)
        assert held == Counter(self.raised), "every concern is in exactly one case that goes on"
        open_cases = [case for case in going_on if not case.closed]
        for student in STUDENTS:
            mine = [case.case for case in open_cases if case.student == student]
            claimed = (await load(self.store, STUDENT, student_stream(student))).state.open_case
            assert mine == ([claimed] if claimed else []), "one open case of a student, which is the one that is claimed"
        for case in open_cases:
            assert case.school in SCHOOLS or case.desk == "district"
            assert not case.in_nobody_s_hand or "acknowledge" in case.deadlines, "what is in nobody's hand is expected of somebody"
            assert not case.elsewhere or case.moves.asked or case.moves.settle_by is None or any(
                each.what == "transfer" for each in case.deadlines.values()
            ), "the case of a student who is elsewhere is to be settled"  # fmt: skip
        for case in cases:
            assert case.moves.merged_into is None or not {"acknowledge", "decide", "contact", "plan"} & set(case.deadlines), "its clocks ended"


WHAT = (
    "raise", "raise", "raise", "move", "move", "leave", "ask", "ask", "receive", "receive", "receive", "decline", "withdraw", "keep", "merge", "merge",
    "unmerge", "unmerge", "match", "match", "unmatch", "close", "reopen", "acknowledge",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=20, max_size=45)


RAISED = [("raise", 0, 0, 1), ("raise", 0, 0, 0), ("raise", 0, 1, 0)]
"""A case of ani's, and two of students whom nobody knows yet."""

STORIES = [
    [*RAISED, ("merge", 2, 1, 0), ("merge", 1, 0, 0), ("raise", 0, 0, 1), ("unmerge", 2, 0, 0), ("unmerge", 1, 0, 0), ("raise", 0, 0, 1)],
    [
        *RAISED,
        ("merge", 0, 1, 0),
        ("close", 0, 0, 0),
        ("match", 2, 0, 0),
        ("raise", 0, 0, 1),
        ("reopen", 0, 0, 0),
        ("unmatch", 2, 0, 0),
        ("reopen", 0, 0, 0),
    ],
    [
        *RAISED,
        ("move", 0, 1, 0),
        ("ask", 0, 1, 0),
        ("raise", 0, 1, 1),
        ("receive", 0, 1, 0),
        ("move", 0, 0, 0),
        ("keep", 0, 0, 0),
        ("leave", 0, 0, 0),
    ],
    [
        *RAISED,
        ("ask", 0, 2, 0),
        ("decline", 0, 2, 0),
        ("ask", 0, 1, 0),
        ("withdraw", 0, 0, 0),
        ("close", 0, 0, 0),
        ("raise", 0, 0, 1),
        ("acknowledge", 0, 0, 0),
    ],
    [*[("raise", 0, 0, 0)] * 17, ("merge", 2, 0, 0), ("close", 0, 0, 0), ("reopen", 0, 0, 0), ("acknowledge", 1, 0, 0), ("merge", 0, 1, 0)],
]
"""Orders in which everything has its turn, whatever chance brings."""


async def lived(steps, done: Counter) -> None:
    district = District()
    for each in steps:
        await district.happens(*each)
        await district.holds()
    done.update(district.done)


def test_every_concern_is_in_one_case_that_goes_on_and_no_student_has_two_open_cases():
    done: Counter = Counter()

    @settings(max_examples=120)
    @given(STEPS)
    def over(steps):
        asyncio.run(lived(steps, done))

    for story in STORIES:
        asyncio.run(lived(story, done))
    given_in_stories = {"transfer-case", "receive-transfer", "decline-transfer", "withdraw-transfer", "keep-case", "merge-into", "unmerge-case", "match",
                        "unmatch-student", "close", "reopen", "acknowledge"}  # fmt: skip
    assert given_in_stories <= set(done), f"the law has seen every act: {done}"
    over()
