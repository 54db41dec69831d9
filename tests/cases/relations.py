"""Cases in which somebody stands in one relation or another, in every state, and what the reviewed file gives them: told here by hand, and read
from the file as plain data. Nothing of the code that decides is used.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from services.cases.domain.case import conflict as ct
from services.cases.domain.case import handing_over as ho
from services.cases.domain.case import merging as mg
from services.cases.domain.case import planning as h
from services.cases.domain.case import transferring as tr
from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, Assign, Close
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.strategies import conference as cf
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import teacher as te
from shared.errors import Refused
from shared.message import Fact
from shared.rights.matrix import MATRIX
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, OTHER, POLICY, PRINCIPAL, TEACHER, after, later, named, raised, step, take, words

ME = "me"
HERE, THERE = "smp1", "sma1"
W = words()
FILE: Mapping[str, Any] = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
LEVELS = ("content", "summary", "metadata", "present", "receiver", "participant", "nothing")


@dataclass(frozen=True, eq=False)
class Scene:
    """One way to stand to a case. at: where I hold my role. told: of the concern. given: what happened in the case, after taken_by took it in hand.
    The others are the facts that follow, by hand.
    """

    name: str
    given: Sequence[Fact] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    taken_by: str | None = COUNSELLOR
    at: str = HERE
    is_given: bool = True
    nobody_has: bool = False
    has: bool = False
    deputy: bool = False
    officer: bool = False
    named: bool = False
    suspended: bool = False
    asked: bool = False
    desk: str = "school"
    escalated: bool = False
    elsewhere: str | None = None
    receiving: str | None = None

    def relations(self, role: str) -> list[str]:
        """In which relations I stand if this is my role, by the roles and schools that the file asks for."""
        school = self.desk == "school"
        facts = {
            "named": self.named, "suspended": self.suspended, "assigned": self.has and school, "deputy": self.deputy and school,
            "unassigned": school and not self.is_given, "nobodys": school and self.nobody_has, "coordinator": school, "took-over": self.officer, "colleague": school, "principal": school,
            "escalated": self.escalated, "duty": True, "auditor": True, "present": school, "receiver": True, "asked": self.asked,
        }  # fmt: skip
        return [name for name, row in FILE["relations"].items() if facts[name] and self._holds(role, row)]

    def _holds(self, role: str, row: Mapping[str, Any]) -> bool:
        if "roles" not in row:
            return True
        return role in row["roles"] and self.holds_at(role, {"case": HERE, "elsewhere": self.elsewhere, "receiving": self.receiving}[row["at"]])

    def holds_at(self, role: str, place: str | None) -> bool:
        return place is not None and (role in OF_THE_DISTRICT or place == self.at)

    def sees(self, role: str) -> str:
        """The most that one of the relations gives; nothing for whoever is kept away."""
        rows = [FILE["relations"][each] for each in self.relations(role)]
        if any(row.get("keeps-away") for row in rows):
            return "nothing"
        return min((row["sees"] for row in rows), key=LEVELS.index, default="nothing")

    def gives(self, role: str, group: str, roles: Sequence[str]) -> bool:
        """Whether a command of this group is mine to give. roles: of its row in the permission file."""
        places = {"case": HERE, "elsewhere": self.elsewhere, "receiving": self.receiving}
        rows = [FILE["relations"][each] for each in self.relations(role)]
        if self.sees(role) == "nothing":
            return False
        return any(
            ({"*", group} & set(row["commands"])) and role in roles and self.holds_at(role, places[row["at"]]) for row in rows
        )  # fmt: skip


OF_THE_DISTRICT = ("supervisor", "district-officer", "district-duty", "auditor", "system-administrator")
AT_A_SCHOOL = (
    "counsellor", "coordinator", "principal", "vice-principal", "homeroom", "mentor", "subject-teacher", "school-operator", "student", "guardian",
)  # fmt: skip
ROLES = (*AT_A_SCHOOL, *OF_THE_DISTRICT)

_MINE = step(Assign, to=ME)
_OTHERS = step(Assign, to=OTHER)
_INVITED = tuple(cf.Invitee(person=each, side="school", reason="support") for each in (ME, COUNSELLOR, OTHER))
_ASKED = step(te.AskTeacher, activity="asked", teacher=ME, aim="information", question=W, respond_by=later(days=2))
_MEETING = (
    step(cf.ProposeConference, activity="conference", kind="help", purpose=W),
    step(cf.ConveneConference, activity="conference", when=later(days=1), invitees=_INVITED),
)


def _held(*present: str) -> tuple[Fact, ...]:
    return (*_MEETING, step(cf.HoldConference, activity="conference", present=present, pledge=True))


def _own_conflict(person: str, substitute: str | None) -> Fact:
    return step(ct.DeclareConflict, by=person, person=person, ground="family-of-victim", substitute=substitute, rule_by=later(days=1))


def _moved(school: str | None) -> Fact:
    return NoteWhereabouts(school=school, at=NOW, policy=POLICY)


_EMERGENCY = {"categories": ("weapon",), "facts": {"weapon": True}}
_TRANSFER = step(tr.TransferCase, to=THERE, reason=W, receipt_by=later(days=2))
_PAST = step(ho.DeputiseCase, deputy=ME, until=later(hours=1))

SCENES = (
    Scene("assigned", [_MINE], has=True),
    Scene("in hand, given to nobody", taken_by=ME, has=True, is_given=False),
    Scene("nobody's", taken_by=None, is_given=False, nobody_has=True),
    Scene("in a colleague's hand", is_given=False),
    Scene("a colleague's", [_OTHERS]),
    Scene("formerly assigned", [_MINE, step(ho.HandOverCase, by=ME, to=OTHER, reason="leave")]),
    Scene("deputy", [_OTHERS, step(ho.DeputiseCase, deputy=ME, until=later(days=9))], deputy=True),
    Scene("a deputy whose days are over", [_OTHERS, _PAST]),
    Scene("substitute of who is suspended", [_OTHERS, _own_conflict(OTHER, ME)], has=True, escalated=True),
    Scene("suspended", [_MINE, _own_conflict(ME, OTHER)], suspended=True, escalated=True),
    Scene("named", [_OTHERS], {"people": (named(ME),)}, named=True),
    Scene("asked", [_OTHERS, _ASKED], asked=True),
    Scene("attended a conference", [_OTHERS, *_held(ME, COUNSELLOR)], asked=True),
    Scene("invited to a conference and absent", [_OTHERS, *_held(COUNSELLOR, OTHER)]),
    Scene("escalated", [_OTHERS], _EMERGENCY, escalated=True),
    Scene("took over", [_OTHERS, step(ho.TakeOverCase, by=ME, reason=W)], _EMERGENCY, officer=True, escalated=True),
    Scene("took over, calm", [_OTHERS, step(ho.TakeOverCase, by=ME, reason=W)], officer=True),
    Scene("of the district's desk", [], {"desk": "district"}, desk="district", is_given=False, escalated=True),
    Scene("of the district's desk, mine before", [_MINE], {"desk": "district"}, desk="district", has=True, escalated=True),
    Scene("of another school", [_OTHERS], at=THERE),
    Scene("of another school, with my name on it", [_MINE], at=THERE, has=True),
    Scene("where the student is now", [_OTHERS, _moved(THERE)], at=THERE, elsewhere=THERE),
    Scene("where the student was", [_OTHERS, _moved(THERE)], elsewhere=THERE),
    Scene("asked to take it", [_OTHERS, _TRANSFER], at=THERE, receiving=THERE),
    Scene("a third school", [_OTHERS, _moved(THERE), _TRANSFER], at="smk1", elsewhere=THERE, receiving=THERE),
)
"""Every row of the file, and what lies beside it."""

_GOAL = h.Goal(goal="g-1", field="personal", words=W, owner=COUNSELLOR, due=later(days=30))
_ASSESS, _PLAN = step(h.AssessCase, field="personal", findings=W, safe=True), step(h.PlanCase, goals=(_GOAL,))
_WORK = step(co.RequestCounselling, activity="counselling", origin="self", field="personal", reason=W)
STATES: Mapping[str, Sequence[Fact]] = {
    "opened": [],
    "assessed": [_ASSESS],
    "planned": [_ASSESS, _PLAN],
    "in-progress": [_WORK],
    "waiting": [_WORK, step(h.WaitForCase, until=later(days=3), what=W)],
    "merged": [step(mg.MergeInto, into="case-2", takes=None, policy=POLICY)],
    "closed": [step(Close, outcome_class="helped", task_reviewed=W)],
}


def _after_each(case: Case, commands: Sequence[Fact]) -> Case:
    """By somebody who stands out of every conflict; what an activity forbids did not happen."""
    for command in commands:
        try:
            case = CASE.fold(CASE.decide(command, case), case)
        except Refused:
            return case
    return case


@cache
def cases_of(number: int) -> dict[str, tuple[Scene, Case]]:
    """A scene and its case in every state that it reaches, by the state. Whoever closes a case has taken it in hand."""
    scene = SCENES[number]
    first = [take(raised(**scene.told)), *([step(Acknowledge, by=scene.taken_by)] if scene.taken_by else [])]
    begun = after(*first, *scene.given)
    reached = [_after_each(begun, commands) for commands in STATES.values()]
    closed = replace(scene, nobody_has=False)
    return {each.state: (closed if each.closed else scene, each) for each in reached}


def scenes() -> Iterator[tuple[Scene, str, Case]]:
    """Each scene in each of its states."""
    for number in range(len(SCENES)):
        yield from ((scene, state, case) for state, (scene, case) in cases_of(number).items())


PEOPLE = (COUNSELLOR, OTHER, COORDINATOR, PRINCIPAL, TEACHER)
"""Who else appears in these cases."""
