"""The fields of a command that nobody says: filled from the policy, the calendar, the roster and other cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.cases.commands.envelope import Envelope
from services.cases.commands.other_side import counsellors_of_other_side, counsels, known_of_other_side
from services.cases.commands.subject import Said
from services.cases.domain.case.arriving import carrying, unsafe_at_home
from services.cases.domain.case.moves import Carrying
from services.cases.domain.case.state import Case
from services.cases.domain.duty import DUTY, Duty
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import Filled, Known
from services.cases.domain.steps.policy import Policy
from services.cases.domain.strategies.group_steps import Member
from services.cases.domain.streams import case_stream, rota_stream
from services.cases.domain.successor import LADDER, Staff
from services.cases.policies import policy_at
from services.cases.reading.agencies import Agencies
from services.cases.reading.members import parts_of
from services.cases.reading.roster import Roster
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.worklist import WorkList
from services.cases.rights import is_there, require_content
from shared.access import Principal
from shared.decider import Decider, load
from shared.errors import Fault, Invalid
from shared.events import NoticeAsks
from shared.message import Event, Fact
from shared.school_day import Calendar
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Ground:
    """What the fields of one command are filled from. cases: the decider of cases. case: that it is about. school: whose it is. said: the body.

    also_about: other cases that it is about, as they stand now. calendar: of the school.
    """

    kernel: Kernel
    roster: Roster
    work: WorkList
    cases: Decider[Fact, Case, Event]
    envelope: Envelope
    case: Case
    school: str
    said: Said
    calendar: Calendar
    also_about: Sequence[Case] = ()

    def named(self) -> frozenset[str]:
        """Everybody who is named in a case that this is about, or suspended from it."""
        return self.case.named.union(*(each.named for each in self.also_about))

    @property
    def policy(self) -> Policy:
        """The policy in force at the school."""
        return policy_at(self.calendar, self.envelope.now)

    async def guardians(self) -> tuple[str, ...]:
        """Of the case's student, as the roster has them now."""
        student = await self.roster.person(self.case.student or "")
        return student.guardians if student else ()

    async def duty(self) -> Duty:
        """Who is away from the school, and who stands in."""
        return (await load(self.kernel.store, DUTY, rota_stream(self.school))).state

    async def other_case(self, case_id: str) -> Case:
        """Another case, as it stands now."""
        return (await load(self.kernel.store, self.cases, case_stream(case_id))).state


async def fill(ground: Ground, wanted: type[Command]) -> dict[str, Any]:
    """The values of the fields that are marked as filled."""
    marked = {name: each for name, field in wanted.model_fields.items() for each in field.metadata if isinstance(each, Filled)}
    return {name: await _value(ground, filled) for name, filled in marked.items()}


async def _value(ground: Ground, filled: Filled) -> Any:
    if filled.by == "fresh-id":
        return ground.envelope.id(filled.name)
    if filled.by in _FROM_POLICY:
        return _FROM_POLICY[filled.by](ground)
    return await _LOOKED_UP[filled.by](ground)


# from the policy and its calendar ----------------------------------------------------------------------------------


def _school_days(count: int) -> Callable[[Ground], datetime]:
    return lambda ground: ground.calendar.after(ground.envelope.at, count)


def _approval_time(ground: Ground) -> datetime:
    """Minutes in an emergency, school days otherwise (domain.md, Conflicts)."""
    if ground.case.urgency == "emergency":
        return ground.envelope.at + timedelta(minutes=ground.policy.approval.emergency_minutes)
    return ground.calendar.after(ground.envelope.at, ground.policy.approval.school_days)


def _letter_time(ground: Ground) -> datetime:
    """The letter follows the call within a day (domain.md, Urgency)."""
    return ground.envelope.at + timedelta(minutes=ground.policy.telling.letter)


_FROM_POLICY: Mapping[Known, Callable[[Ground], Any]] = {
    "now": lambda ground: ground.envelope.now,
    "policy": lambda ground: ground.policy,
    "calendar": lambda ground: ground.calendar,
    "age-of-consent": lambda ground: ground.policy.telling.adult,
    "one-school-day": _school_days(1),
    "two-school-days": _school_days(2),
    "three-school-days": _school_days(3),
    "approval-time": _approval_time,
    "letter-time": _letter_time,
}


# looked up ---------------------------------------------------------------------------------------------------------


async def _age(ground: Ground) -> int | None:
    """The student's age in years when it happened; None where the birth date is unknown or erased."""
    person = await ground.roster.person(ground.case.student or "")
    born = await ground.kernel.vault.open(person.born) if person and person.born else None
    if not born or isinstance(born, Erased):
        return None
    return ground.calendar.age(date.fromisoformat(born), ground.envelope.at)


async def _receiving_school(ground: Ground) -> str:
    return receiving_school(ground.case, ground.envelope.principal)


def receiving_school(case: Case, principal: Principal) -> str:
    """The school that was asked to take the case, if the principal is of it."""
    asked = case.moves.asked
    return asked.to if asked and principal.at(asked.to) else ""


async def _student_school(ground: Ground) -> str:
    return student_school(ground.case, ground.envelope.principal)


def student_school(case: Case, principal: Principal) -> str:
    """The school where the student is now, if the principal is of it."""
    return case.elsewhere if case.elsewhere and (principal.at(case.elsewhere) or principal.holds("district-duty")) else ""


async def _is_there(ground: Ground) -> bool:
    return is_there(ground.envelope.principal, ground.case)


async def _is_above(ground: Ground) -> bool:
    """Of whoever gives the command: they stand on the ladder above the school's counsellors."""
    return ground.envelope.principal.works_at(ground.school, *LADDER)


async def _student_at(ground: Ground) -> str | None:
    """Of the student who is named."""
    return await Whereabouts(ground.kernel.database).of(ground.said["student"])


async def _takes(ground: Ground) -> Carrying | None:
    """What the other case brings along, where only this one's student is identified; None where this one rests in it."""
    other = await ground.other_case(ground.said["into"])
    return taken_along(ground.case, other)


def taken_along(case: Case, other: Case) -> Carrying | None:
    """The same, of two cases as they are. The identified student's case goes on (domain page, "People come and go")."""
    return carrying(other) if case.student and other.case and other.student is None else None


async def _takes_unsafe(ground: Ground) -> tuple[str, ...]:
    """The guardians whom the other case holds to be unsafe, where it is the one that rests."""
    other = await ground.other_case(ground.said["into"])
    return unsafe_at_home(other) if taken_along(ground.case, other) else ()


async def _other_side(ground: Ground) -> frozenset[str]:
    return await counsellors_of_other_side(ground.work, ground.kernel.store, ground.cases, ground.case, ground.envelope.now)


async def _counsels_other_side(ground: Ground) -> bool:
    """Of whoever gives the command."""
    giver = ground.envelope.principal
    return counsels(giver, ground.case) and giver.id in await known_of_other_side(
        ground.work, ground.kernel.store, ground.cases, ground.case, ground.envelope.now
    )


async def _school(ground: Ground) -> str:
    return ground.school


async def _members(ground: Ground) -> tuple[Member, ...]:
    return tuple([await _member(ground, each) for each in ground.said["cases"]])


async def _new_member(ground: Ground) -> Member:
    return await _member(ground, ground.said["case"])


async def _member(ground: Ground, case_id: str) -> Member:
    """The student of a case that the leader works on, with the roles in its concerns. Raises: NotFound, NotAllowed, Invalid."""
    case = await ground.other_case(case_id)
    require_content(ground.envelope.principal, case, ground.envelope.now)
    if case.student is None:
        raise Invalid(Fault("/cases", "student-not-identified"))
    if case.school != ground.school:
        raise Invalid(Fault("/cases", "of-another-school"))
    return Member(case=case_id, student=case.student, roles={strand.concern.concern: strand.concern.role for strand in case.strands})


async def _staff(ground: Ground) -> Staff:
    """The people of the school and the district, with who is away now and who stands in."""
    away = (await ground.duty()).away_at(ground.envelope.now)
    deputies = {person: told.deputy for person, told in away.items() if told.deputy}
    return Staff(await ground.roster.staff(ground.school), frozenset(away), deputies)


async def _family(ground: Ground) -> frozenset[str]:
    """Whom the roster has as guardians of a student in any of the case's incidents, victim's and accused's alike."""
    students = {ground.case.student or "", *(other for strand in ground.case.strands for other in strand.concern.others)}
    people = [await ground.roster.person(each) for each in sorted(students)]
    return frozenset(guardian for person in people if person for guardian in person.guardians)


async def _relatives(ground: Ground) -> Relatives:
    """Of the student who is named, and of the others of the case's incidents."""
    return await _related(ground, ground.said["student"])


async def _families(ground: Ground) -> Relatives:
    """Of the case's student, and of the others of its incidents."""
    return await _related(ground, ground.case.student or "")


async def _related(ground: Ground, student: str) -> Relatives:
    students = {student, *(other for strand in ground.case.strands for other in strand.concern.others)}
    people = [await ground.roster.person(each) for each in sorted(students)]
    return Relatives({each.person: each.guardians for each in people if each}, await _staff(ground))


CLAIMS_COUNT = timedelta(days=30)
"""How long a claim of a conflict counts towards many."""


async def _claims(ground: Ground) -> int:
    """How many conflicts of others the giver has claimed at this school lately."""
    return await ground.work.acts_of(ground.envelope.principal.id, "conflict-claimed", ground.school, ground.envelope.now - CLAIMS_COUNT)


async def _asked_about(ground: Ground) -> str | None:
    return asked_about(ground.case, ground.said.get("asks", "reading"))


def asked_about(case: Case, asks: NoticeAsks) -> str | None:
    """What a guardian is asked about: the newest referral that was not sent yet, or the newest meeting or visit under way. None: there is none."""
    match asks:
        case "referral-consent":
            found = [each.referral for each in case.referrals.by_id.values() if each.state in ("drafted", "approved")]
        case "appointment":
            found = _under_way(case, "parent-collaboration", "home-visit")
        case "visit-consent":
            found = _under_way(case, "home-visit")
        case _:
            found = []
    return found[-1] if found else None


def _under_way(case: Case, *strategies: str) -> list[str]:
    return [each.activity for each in case.activities.values() if each.strategy in strategies and not each.ended]


async def _members_now(ground: Ground) -> tuple[Member, ...]:
    return parts_of(ground.also_about)


async def _refused_at_home(ground: Ground) -> frozenset[str]:
    """Students of a group's cases whose guardian refused the group, or withdrew the consent."""
    return frozenset(case.student for case in ground.also_about if case.student and "group-consent" in case.about.refused)


async def _districts(ground: Ground) -> tuple[str, ...]:
    """None of them for a referral that is not this case's: it is refused without asking. Raises: Unavailable: the directory does not answer now."""
    known = ground.said["referral"] in ground.case.referrals.by_id
    return await Agencies(ground.kernel).districts() if known else ()


_LOOKED_UP: Mapping[Known, Callable[[Ground], Awaitable[Any]]] = {
    "age": _age,
    "guardians": Ground.guardians,
    "receiving-school": _receiving_school,
    "student-school": _student_school,
    "student-at": _student_at,
    "is-there": _is_there,
    "is-above": _is_above,
    "takes": _takes,
    "takes-unsafe": _takes_unsafe,
    "school": _school,
    "other-side": _other_side,
    "counsels-other-side": _counsels_other_side,
    "members": _members,
    "member": _new_member,
    "staff": _staff,
    "family": _family,
    "relatives": _relatives,
    "families": _families,
    "claims": _claims,
    "asked-about": _asked_about,
    "refused-at-home": _refused_at_home,
    "members-now": _members_now,
    "districts": _districts,
}

SOURCES = frozenset[Known]({"fresh-id", *_FROM_POLICY, *_LOOKED_UP})
"""Everything that a field can be filled from."""
