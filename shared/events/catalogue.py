"""Which service says what, and who reads whom."""

from __future__ import annotations

from shared.events.accounts import AccountHolderToBeTold
from shared.events.calendars import CalendarChanged
from shared.events.cases import (
    AlertsPassedOn,
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CasePeopleChanged,
    CaseTriaged,
    ConcernJoinedCase,
    ConcernRead,
    ReporterAnswered,
    ReporterRevealed,
)
from shared.events.concerns import ConcernAttached, ConcernContinued, ConcernRaised
from shared.events.duty import DutyChanged, NobodyReachable
from shared.events.guardians import GuardianAnswered, GuardianMarkedUnsafe, GuardianToBeTold, GuardianTold
from shared.events.held import ReportsHeld
from shared.events.referrals import CaseHandedAcross, ReferralCancelRequested, ReferralQuestionAnswered, ReferralSent, TaskMoved, TaskUnanswered
from shared.events.roster import (
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonsMatched,
    PersonsUnmatched,
    PersonSuspended,
    SchoolRegistered,
)
from shared.events.sessions import SessionBegun, SessionEnded, SessionProved
from shared.events.staff import AlertExhausted, CoordinatorToBeTold, SchoolToBeTold, StaffAlerted, StaffToBeTold, WorkOverdue
from shared.message import PublicEvent

CATALOGUE: dict[str, tuple[type[PublicEvent], ...]] = {
    "intake": (
        SchoolRegistered, PersonRegistered, PersonLeft, PersonAppointed, PersonDismissed, PersonSuspended, PersonReinstated, PersonsMatched,
        PersonsUnmatched, SessionBegun, SessionProved, SessionEnded, ConcernRaised, ConcernContinued, ConcernAttached, AccountHolderToBeTold,
        ReportsHeld,
    ),
    "cases": (
        CaseOpened, ConcernJoinedCase, CaseTriaged, CaseAcknowledged, ConcernRead, ReporterAnswered, ReporterRevealed, GuardianToBeTold, ReferralSent,
        ReferralCancelRequested,
        ReferralQuestionAnswered, CaseHandedAcross,
        StaffToBeTold, CoordinatorToBeTold, SchoolToBeTold, AlertsPassedOn, WorkOverdue, DutyChanged, NobodyReachable, CalendarChanged, CaseClosed,
        CasePeopleChanged,
    ),
    "notifications": (StaffAlerted, AlertExhausted, GuardianTold, GuardianAnswered, GuardianMarkedUnsafe, TaskMoved, TaskUnanswered),
}  # fmt: skip
"""Which service says what; served as AsyncAPI by each service."""

READERS = {"intake": ("cases", "notifications"), "cases": ("intake", "notifications"), "notifications": ("cases",)}
"""Who reads whom: a stream is trimmed below what all of them confirmed."""

BY_TYPE: dict[str, type[PublicEvent]] = {event.model_fields["type"].default: event for events in CATALOGUE.values() for event in events}
