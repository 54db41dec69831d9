"""The public contract: what one service tells the others. Ids, codes and sealed fields, nothing else.

The package says who may read an event: what stands here is relayed over Redis; what stands in a service's own domain stays there.
Readers tolerate added fields and unknown types; a changed field is a new version with an upcaster and a golden file.

Everybody imports these names from here: in which of its files an event stands is the package's own business.
"""

from shared.events.accounts import AccountHolderToBeTold, AccountMessage
from shared.events.calendars import DISTRICT, CalendarChanged, calendar_of_kind, calendar_of_school
from shared.events.cases import (
    AlertsPassedOn,
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CasePeopleChanged,
    CaseTriaged,
    ConcernJoinedCase,
    ConcernRead,
    Deputy,
    OutcomeClass,
    ReporterAnswered,
    ReporterRevealed,
    RevealGround,
    Urgency,
)
from shared.events.catalogue import CATALOGUE, READERS
from shared.events.concerns import (
    Category,
    Channel,
    ConcernAttached,
    ConcernContinued,
    ConcernKind,
    ConcernRaised,
    Fact,
    NamedPerson,
    PersonRole,
    Relation,
    ReporterKind,
    StudentRole,
)
from shared.events.duty import DutyChanged, NobodyReachable
from shared.events.guardians import (
    CONSENTS,
    GuardianAnswer,
    GuardianAnswered,
    GuardianMarkedUnsafe,
    GuardianToBeTold,
    GuardianTold,
    NoticeAsks,
    NoticeOutcome,
)
from shared.events.reading import OLDER, only_to_read, read_public
from shared.events.referrals import ReferralCancelRequested, ReferralQuestionAnswered, ReferralSent, TaskMoved, TaskUnanswered
from shared.events.roster import (
    DISTRICT_ROLES,
    PartnerRole,
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonsMatched,
    PersonsUnmatched,
    PersonSuspended,
    Post,
    Role,
    RosterFact,
    SchoolKind,
    SchoolRegistered,
    StaffRole,
)
from shared.events.sessions import Level, SessionBegun, SessionEnded, SessionFact, SessionHolder, SessionProved, Way, WhyEnded
from shared.events.staff import (
    AlertExhausted,
    CoordinatorToBeTold,
    SchoolMessage,
    SchoolToBeTold,
    StaffAlerted,
    StaffMessage,
    StaffToBeTold,
    WorkOverdue,
)

__all__ = [
    "CATALOGUE", "CONSENTS", "DISTRICT", "DISTRICT_ROLES", "OLDER", "READERS", "AccountHolderToBeTold", "AccountMessage", "AlertExhausted",
    "AlertsPassedOn", "CalendarChanged", "CaseAcknowledged", "CaseClosed", "CaseOpened", "CasePeopleChanged", "CaseTriaged", "Category",
    "Channel", "ConcernAttached", "ConcernContinued", "ConcernJoinedCase", "ConcernKind", "ConcernRaised", "ConcernRead",
    "CoordinatorToBeTold", "Deputy", "DutyChanged", "Fact", "GuardianAnswer", "GuardianAnswered", "GuardianMarkedUnsafe",
    "GuardianToBeTold", "GuardianTold", "Level", "NamedPerson", "NobodyReachable", "NoticeAsks", "NoticeOutcome", "OutcomeClass",
    "PartnerRole", "PersonAppointed", "PersonDismissed", "PersonLeft", "PersonRegistered", "PersonReinstated", "PersonRole",
    "PersonSuspended", "PersonsMatched", "PersonsUnmatched", "Post", "ReferralCancelRequested", "ReferralQuestionAnswered", "ReferralSent",
    "Relation", "ReporterAnswered", "ReporterKind", "ReporterRevealed", "RevealGround", "Role",
    "RosterFact", "SchoolKind", "SchoolMessage", "SchoolRegistered", "SchoolToBeTold", "SessionBegun", "SessionEnded", "SessionFact",
    "SessionHolder", "SessionProved", "StaffAlerted", "StaffMessage", "StaffRole", "StaffToBeTold", "StudentRole", "TaskMoved",
    "TaskUnanswered", "Urgency", "Way", "WhyEnded", "WorkOverdue", "calendar_of_kind", "calendar_of_school", "only_to_read", "read_public",
]  # fmt: skip
