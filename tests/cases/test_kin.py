"""One word of the roster tells a case of family on the staff and of where its student is: neither keeps the other from being told."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from services.cases.commands.facts import record_fact
from services.cases.commands.kin import Kin
from services.cases.domain.case.case import CASE
from services.cases.domain.case.student import STUDENT, Claim
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.streams import case_stream, student_stream
from shared.decider import load, write
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Item
from shared.message import Occasion
from tests.cases.people import COUNSELLOR, NOW, POLICY, take
from tests.cases.people import STUDENT as ANI
from tests.cases.test_relatives import STAFF

pytestmark = pytest.mark.anyio


class Known:
    """The roster and who is away, as far as families ask for them."""

    async def person(self, _: str) -> Any:
        return SimpleNamespace(guardians=(COUNSELLOR,))

    async def staff(self, _: str) -> Any:
        return STAFF


async def policies(*_: Any) -> Any:
    return POLICY


async def test_a_student_who_moves_and_whose_parent_is_on_the_staff_is_told_of_twice_by_one_word_of_the_roster():
    store, word = InMemoryEventStore(), Occasion("service:cases", "smp1", NOW, uuid4(), uuid4())
    known = await load(store, CASE, case_stream("case-1"))
    before = Occasion("service:cases", "smp1", NOW, uuid4(), uuid4())
    await store.append(Item((write(CASE, known, CASE.decide(take(), known.state), before),)))
    student = await load(store, STUDENT, student_stream(ANI))
    await store.append(Item((write(STUDENT, student, STUDENT.decide(Claim(case="case-1"), student.state), word),)))
    await Kin(store, CASE, cast("Any", Known()), cast("Any", Known())).seen(ANI, policies, word)
    await record_fact(store, CASE, "case-1", NoteWhereabouts(school="smp2", at=NOW, policy=POLICY), word)
    case = (await load(store, CASE, case_stream("case-1"))).state
    assert (case.named, case.elsewhere) == (frozenset({COUNSELLOR}), "smp2")
    moved = await load(store, CASE, case_stream("case-1"))
    ids = {event.id for event in await store.read_stream(moved.stream)}
    assert len(ids) == moved.version
