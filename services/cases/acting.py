"""From a person's request to a command on a case: rights, sealing, the policy, the version named, then decide and append."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel

from services.cases.domain.activity import ActivityCommand
from services.cases.domain.acts import CaseCommand
from services.cases.domain.case import CASE
from services.cases.domain.moving import GiveBackMerged, MergeInto, TakeMerged, UnmatchStudent, UnmergeCase
from services.cases.domain.policy import Policy
from services.cases.domain.referral import ConsentMissing, DecideReferral, SendReferral
from services.cases.domain.state import Case
from services.cases.domain.strands import Close, Match, Reopen
from services.cases.domain.student import STUDENT, Claim, Release
from services.cases.domain.triage import ReferralInputs, recommend
from services.cases.occasions import occasion_of, taken_before
from services.cases.policies import policy_for
from services.cases.reading import CaseReader
from services.cases.rights import require_right
from services.cases.views import Roster, WorkList
from shared.access import Principal
from shared.decider import commit, load, write
from shared.errors import PreconditionFailed, Refused
from shared.eventstore.projection import Projection
from shared.eventstore.states import Loaded
from shared.eventstore.store import Item, Repeated, Write
from shared.message import Fact, Occasion, derived_id
from shared.sealed import Erased, Sealed
from shared.sealing import Purpose
from shared.service import Kernel
from shared.web import Asked, asked, require_version


class StudentHasOpenCase(Refused):
    indonesian = "Murid ini sudah mempunyai kasus terbuka."
    english = "This student has an open case already."


class NotSameStudent(Refused):
    indonesian = "Kedua kasus ini bukan tentang murid yang sama."
    english = "The two cases are not about the same student."


class Done(BaseModel):
    """What became of a command: the case's version now, and that of the activity it was about."""

    case: str
    version: int
    state: str
    activity: str | None = None
    activity_version: int | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """One request of one principal on one case."""

    kernel: Kernel
    reader: CaseReader
    roster: Roster
    case_list: Projection
    principal: Principal
    case_id: str
    request: Request
    asked: Asked
    now: Loaded[Case]

    @property
    def policy(self) -> Policy:
        return policy_for(self.kernel.clock.now().date())

    def id(self, name: str) -> str:
        """An id that a repeat of this request gives again."""
        return str(derived_id(self.asked.cause, name))

    async def seal(self, purpose: Purpose, text: str, field: str) -> Sealed:
        """Seals under the student's key; under the case's own while the student is not identified."""
        owner = self.now.state.student or f"case-{self.case_id}"
        return await self.kernel.vault.seal(owner, purpose, text, f"case-{self.case_id}/{field}-{self.asked.cause}")

    async def perform(self, command: Fact, *, conflicts: bool = True) -> Done:
        """Decides and appends, once a request. conflicts: honours `If-Match`; adding a note never conflicts."""
        stream = f"case-{self.case_id}"
        after: list[Loaded[Case]] = []

        async def plan() -> Item | None:
            loaded = await load(self.kernel.store, CASE, stream) if after else self.now  # after a conflict the case is no longer as it was
            require_right(self.principal, loaded.state, command, self.kernel.clock.now())
            events = [] if conflicts and await self._repeated(command, loaded) else CASE.decide(command, loaded.state)
            after[:] = [loaded]
            if not events:
                return None
            mine = write(CASE, loaded, events, self._occasion(command, loaded))
            after[:] = [mine.after or loaded]
            return Item((mine, *await self._beside(command, loaded)))

        outcome = await commit(self.kernel.store, plan)
        if isinstance(outcome, Repeated):
            after[:] = [await load(self.kernel.store, CASE, stream)]  # nothing was stored: what is there now is the answer
        return self._done(command, after[0])

    def _done(self, command: Fact, now: Loaded[Case]) -> Done:
        activity = now.state.activities.get(getattr(command, "activity", ""))
        return Done(
            case=self.case_id,
            version=now.version,
            state=now.state.state,
            activity=activity.activity if activity else None,
            activity_version=activity.version if activity else None,
        )

    async def _repeated(self, command: Fact, loaded: Loaded[Case]) -> bool:
        """The version that was named is old because this very act was taken. Raises: PreconditionFailed: because of another act."""
        try:
            require_version(self.request, _version(loaded, command), loaded.stream)
        except PreconditionFailed:
            if not await taken_before(self.kernel.store, loaded.stream, self.asked):
                raise
            return True
        return False

    def _occasion(self, command: Fact, loaded: Loaded[Case]) -> Occasion:
        return occasion_of(self.principal, self.asked, command, loaded.state.school, self.kernel.clock.now())

    async def _beside(self, command: Fact, loaded: Loaded[Case]) -> Sequence[Write]:
        """Closing, reopening and matching move the student's one open case in the same item; merging writes both cases."""
        if isinstance(command, MergeInto):
            return await self._other(command.into, TakeMerged(merged=self.case_id, act=command.act, by=command.by, at=command.at), loaded)
        if isinstance(command, UnmergeCase):
            back = GiveBackMerged(merged=self.case_id, act=command.act, by=command.by, at=command.at)
            return await self._other(loaded.state.moves.merged_into or "", back, loaded)
        if isinstance(command, UnmatchStudent):
            return await self._released(command, loaded)
        student = command.student if isinstance(command, Match) else loaded.state.student
        if student is None or not isinstance(command, Close | Reopen | Match):
            return ()
        claim = await load(self.kernel.store, STUDENT, f"student-{student}")
        if not isinstance(command, Close) and claim.state.open_case not in (None, self.case_id):
            raise StudentHasOpenCase
        change = Release(case=self.case_id, at=self.kernel.clock.now()) if isinstance(command, Close) else Claim(case=self.case_id)
        events = STUDENT.decide(change, claim.state)
        return (write(STUDENT, claim, events, self._occasion(command, loaded)),) if events else ()

    async def _other(self, case_id: str, command: CaseCommand, mine: Loaded[Case]) -> Sequence[Write]:
        """The other half of a merge. Raises: NotFound: not a case that this person may work on. NotSameStudent."""
        other = await load(self.kernel.store, CASE, f"case-{case_id}")
        require_right(self.principal, other.state, command, self.kernel.clock.now())
        if None not in (mine.state.student, other.state.student) and mine.state.student != other.state.student:
            raise NotSameStudent
        return (write(CASE, other, CASE.decide(command, other.state), self._occasion(command, other)),)

    async def _released(self, command: UnmatchStudent, loaded: Loaded[Case]) -> Sequence[Write]:
        claim = await load(self.kernel.store, STUDENT, f"student-{command.student}")
        events = STUDENT.decide(Release(case=self.case_id), claim.state)
        return (write(STUDENT, claim, events, self._occasion(command, loaded)),) if events else ()

    async def counsellors_of_other_side(self) -> frozenset[str]:
        """Who works the cases of the other side of the same incidents: victim and accused have different counsellors."""
        mine = {strand.concern.concern: strand.concern.role for strand in self.now.state.strands}
        found = await WorkList(self.kernel.database, self.case_list).cases_of_concerns(list(mine))
        opposite = {"affected": "accused", "accused": "affected"}
        others = {case for concern, case, role in found if case != self.case_id and opposite.get(role) == mine[concern]}
        cases = [await load(self.kernel.store, CASE, f"case-{case}") for case in others]
        return frozenset(case.state.assignee for case in cases if case.state.assignee)

    def decide_referral(self, inputs: ReferralInputs, chosen: str | None, reason: Sealed | None) -> DecideReferral:
        """The policy's recommendation, and the person's choice. Raises: ConsentMissing: a choice of one's own without a reason."""
        told = recommend(self.policy, inputs)
        if chosen not in (None, told.recommendation) and reason is None:
            raise ConsentMissing
        fields: dict[str, Any] = {"chosen": chosen or told.recommendation, "recommendation": told.recommendation}
        return DecideReferral(
            decision=self.id("referral-decision"),
            policy=self.policy.id,
            policy_version=self.policy.version,
            inputs=inputs,
            rules=told.rules,
            alternatives=told.alternatives,
            by=self.principal.id,
            reason=reason,
            **fields,
        )

    def send_referral(self, referral: str, package: Sealed) -> SendReferral:
        """Priority and the time to answer follow from the urgency and the policy's clock."""
        urgency = self.now.state.urgency
        respond = timedelta(minutes=self.policy.clocks[urgency].respond)
        priority = {"emergency": "stat", "high": "urgent"}.get(urgency, "routine")
        told: dict[str, Any] = {"priority": priority, "respond_by": self.kernel.clock.now() + respond}
        return SendReferral(referral=referral, package=package, by=self.principal.id, **told)

    async def age(self, at: datetime) -> int | None:
        """The student's age in years when something happened; None where the birth date is unknown or erased."""
        person = await self.roster.person(self.now.state.student or "")
        born = await self.kernel.vault.open(person.born) if person and person.born else None
        if not born or isinstance(born, Erased):
            return None
        birthday, day = date.fromisoformat(born), at.astimezone(ZoneInfo(self.kernel.settings.time_zone)).date()
        return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def _version(loaded: Loaded[Case], command: Fact) -> int:
    """What `If-Match` names: the activity's version where the command is a step of one, else the case's."""
    known = loaded.state.activities.get(command.activity) if isinstance(command, ActivityCommand) else None
    return known.version if known else loaded.version


Start = Callable[[str, Request, Principal], Awaitable[Acting]]
"""Begins acting on a case for a request of a principal."""


def starting(kernel: Kernel, roster: Roster, case_list: Projection) -> Start:
    """`begin`, bound to this service."""

    async def start(case_id: str, request: Request, principal: Principal) -> Acting:
        return await begin(kernel, roster, case_list, case_id, request, principal)

    return start


async def begin(kernel: Kernel, roster: Roster, case_list: Projection, case_id: str, request: Request, principal: Principal) -> Acting:
    """Loads the case; what the principal may do to it is checked with the command. Raises: NotFound."""
    reader = CaseReader(kernel)
    now = await reader.current(case_id)
    return Acting(kernel, reader, roster, case_list, principal, case_id, request, await asked(request, principal), now)
