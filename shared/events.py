"""The public contract: what one service tells the others. Ids, codes and sealed fields, nothing else.

The module says who may read an event: what stands here is relayed over Redis; what stands in a service's own domain stays there.
Readers tolerate added fields and unknown types; a changed field is a new version with an upcaster and a golden file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.eventstore.upcasting import Json, Upcasters
from shared.message import Outlives, PublicEvent
from shared.school_day import Layer
from shared.sealed import AnswerText, ConcernText, ContactText, IdentityText, NoticeText, PackageText

Urgency = Literal["emergency", "high", "medium", "low"]
"""On screen: darurat, tinggi, sedang, rendah."""

StudentRole = Literal["affected", "accused", "witness", "involved"]
PersonRole = Literal["accused", "witness", "involved"]
Relation = Literal["staff", "guardian", "outsider"]
Channel = Literal["web", "api", "phone", "letter", "chat", "box"]
ReporterKind = Literal["staff", "student", "guardian", "public", "anonymous", "agency"]
"""agency: a partner that sends a child to the school (referal masuk)."""
ConcernKind = Literal["need", "incident"]
Category = Literal[
    "bullying", "physical-violence", "psychological-violence", "sexual-violence", "self-harm", "suicide", "threat", "weapon",
    "trafficking", "missing", "ongoing-abuse", "neglect", "drugs", "pregnancy", "child-marriage", "medical", "emotional", "family",
    "fight", "discrimination", "truancy", "learning", "career", "quarrel", "social", "other",
]  # fmt: skip
Fact = Literal[
    "weapon", "self_harm", "injury", "suicide_attempt", "suicide_plan", "suicidal_thoughts", "threat_to_kill", "sexual_violence",
    "trafficking", "ongoing_abuse", "unsafe_now", "missing", "acute_medical", "intoxicated", "repeated", "power_imbalance", "fear",
    "likely_harm_soon", "severe",
]  # fmt: skip
"""Dangers a reporter may answer yes or no; an unanswered one is unknown, which is not no."""

StaffRole = Literal[
    "counsellor", "coordinator", "homeroom", "mentor", "subject-teacher", "vice-principal", "principal", "supervisor",
    "district-officer", "district-duty", "auditor", "system-administrator", "school-operator",
]  # fmt: skip
PartnerRole = Literal["agency-officer"]
"""Of people who work at a partner agency. No roster gives it."""

Role = Literal[StaffRole, "student", "guardian", PartnerRole]
"""What a person can be."""

SchoolKind = Literal["regency", "province", "kemenag"]
"""Who is responsible for a school: kabupaten/kota, provinsi, or Kemenag (domain.md, Who is who)."""

OutcomeClass = Literal["helped", "referred", "no-action-needed", "transferred", "not-reached"]


# intake: the roster ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """A role and where it holds: at one school, at all schools of a kind, or in the whole district where neither is said.

    school: of an agency's officer the id of the agency, which is no school's.
    """

    role: Role
    school: str | None = None
    kind: SchoolKind | None = None


DISTRICT_ROLES: frozenset[str] = frozenset({"supervisor", "district-officer", "district-duty", "auditor", "system-administrator"})
"""The roles of the district's own people. They stand in no school's export (domain.md, People come and go)."""

_MADRASAHS = frozenset({"ra", "mi", "mts", "ma", "mak", "min", "mtsn", "man", "makn"})
"""How the names of Kemenag's schools begin."""


class SchoolRegistered(PublicEvent):
    """A school of the district; name and number are not personal. `kind` is the organisation's type in the roster."""

    type: Literal["school-registered"] = "school-registered"
    version: Literal[1] = 1
    school: str
    npsn: str | None
    name: str
    level: Literal["sd", "smp", "sma", "smk", "slb", "other", "district"]
    cluster: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.school

    @property
    def kind_of_school(self) -> SchoolKind | None:
        """Who is responsible: Kemenag for madrasahs, the province from upper secondary on and for special schools, else the regency or city.

        None for an office, which is no school.
        """
        if self.level == "district":
            return None
        if self.name.lower().split(" ", 1)[0].rstrip(".") in _MADRASAHS:
            return "kemenag"
        return "province" if self.level in ("sma", "smk", "slb") else "regency"


class PersonRegistered(PublicEvent):
    """A person of the roster as it stands now (sent again on change). Names, birth date and contacts are sealed under the person's
    own key, purpose `identity` (name, born) and `contact` (email, phone).

    school: where a student is; of others the main one. posts: the roles of staff, each at the school where it holds.
    """

    type: Literal["person-registered"] = "person-registered"
    version: Literal[2] = 2
    person: str
    kind: Literal["student", "staff", "guardian"]
    school: str
    posts: tuple[Post, ...] = ()
    name: IdentityText
    born: IdentityText | None = None
    email: ContactText | None = None
    phone: ContactText | None = None
    guardians: tuple[str, ...] = ()
    homeroom: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonLeft(PublicEvent):
    type: Literal["person-left"] = "person-left"
    version: Literal[1] = 1
    person: str
    school: str

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonAppointed(PublicEvent):
    """Somebody holds a post by the district's word. No import of a roster gives or takes it.

    name, email, phone: of somebody who stands in no roster; sealed under their own key, purposes `identity` and `contact`.
    """

    type: Literal["person-appointed"] = "person-appointed"
    version: Literal[1] = 1
    person: str
    post: Post
    name: IdentityText | None = None
    email: ContactText | None = None
    phone: ContactText | None = None

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonDismissed(PublicEvent):
    """An appointment ended."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["person-dismissed"] = "person-dismissed"
    version: Literal[1] = 1
    person: str
    post: Post

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonSuspended(PublicEvent):
    """Somebody may do nothing any more until they are reinstated, whatever posts they hold."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["person-suspended"] = "person-suspended"
    version: Literal[1] = 1
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonReinstated(PublicEvent):
    """A suspension ended."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["person-reinstated"] = "person-reinstated"
    version: Literal[1] = 1
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


DOUBLES = "doubles"
"""The ordering key of every match: whoever was matched with one and then with another is so everywhere."""


class PersonsMatched(PublicEvent):
    """Somebody confirmed that the roster has one student under two ids. Each keeps its own history; what goes on, goes on as `person`.

    other: the second id. by: who confirmed it.
    """

    type: Literal["persons-matched"] = "persons-matched"
    version: Literal[1] = 1
    person: str
    other: str
    by: str

    @property
    def ordering_key(self) -> str:
        return DOUBLES


class PersonsUnmatched(PublicEvent):
    """They are two students after all. Each has again what was their own."""

    type: Literal["persons-unmatched"] = "persons-unmatched"
    version: Literal[1] = 1
    person: str
    other: str
    by: str

    @property
    def ordering_key(self) -> str:
        return DOUBLES


RosterFact = SchoolRegistered | PersonRegistered | PersonLeft | PersonAppointed | PersonDismissed | PersonSuspended | PersonReinstated
"""Everything that says who is who and where; each service keeps it (ADR 20)."""


# intake: accounts --------------------------------------------------------------------------------------------------

AccountMessage = Literal["invited", "opened", "changed", "recovery-code-used", "locked", "unlocked", "recovery-asked", "recovered"]
"""What happened to somebody's account. changed: a way in came or went."""


class AccountHolderToBeTold(PublicEvent):
    """One mail to the person whose account it is. link: the address of an invitation, sealed under the person's own key, purpose `contact`; until:
    from when it is refused. by: who invited, and hears where the invitation can never arrive.
    """

    type: Literal["account-holder-to-be-told"] = "account-holder-to-be-told"
    version: Literal[1] = 1
    person: str
    message: AccountMessage
    link: ContactText | None = None
    until: datetime | None = None
    by: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.person


# intake: sessions --------------------------------------------------------------------------------------------------

SessionHolder = Literal["person", "agency"]
"""What kind of somebody can sign in with a browser."""

Level = Literal["single", "two-factor"]
"""How strong the proof was: one thing that somebody knows or has, or two."""

Way = Literal["passkey", "password", "openid", "recovery", "demonstration"]
"""How somebody proved who they are."""

WhyEnded = Literal[
    "signed-out", "renewed", "by-person", "by-administrator", "left", "suspended", "credential-changed", "account-locked", "account-closed",
]  # fmt: skip
"""renewed: a fresh proof gave it another secret value. by-person: in the list of their own sessions, from another one."""


class SessionEvent(PublicEvent):
    """session: SHA-256 of the cookie's value, in hexadecimal; the value itself is kept nowhere. person: id of the person or agency."""

    session: str
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


class SessionBegun(SessionEvent):
    """Somebody signed in. ends_at: it holds no longer, however much it is used. After a fresh proof it begins again under another id; its first proof
    and its end stay.
    """

    type: Literal["session-begun"] = "session-begun"
    version: Literal[1] = 1
    kind: SessionHolder
    level: Level
    way: Way
    proved_at: datetime
    ends_at: datetime


class SessionProved(SessionEvent):
    """Who holds the session proved again that it is them. level: of the strongest proof in this session."""

    type: Literal["session-proved"] = "session-proved"
    version: Literal[1] = 1
    level: Level
    way: Way
    proved_at: datetime


class SessionEnded(SessionEvent):
    """It holds no more, whatever time it had left."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["session-ended"] = "session-ended"
    version: Literal[1] = 1
    why: WhyEnded


SessionFact = SessionBegun | SessionProved | SessionEnded
"""Everything about sessions; each service keeps it (ADR 30)."""


# intake: concerns --------------------------------------------------------------------------------------------------


class NamedPerson(BaseModel):
    """Somebody other than a student named in a concern. `person` is None where the reporter gave no known id; description: in the reporter's
    words, sealed under the concern's own key.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: str | None
    relation: Relation
    role: PersonRole
    description: ConcernText | None = None


class ConcernRaised(PublicEvent):
    """One concern as told about one student. A concern about three students makes three of these (decision 8).

    student: None where the reporter could not name one (then the concern goes to the school's matching queue).
    text: the narrative, sealed under this student's key (purpose `concern`); under the concern's own key where student is None.
    others: the other students of the same concern (ids; they link the cases, dates only). people: staff, guardians and outsiders named;
    nobody of them is alerted. desk: `district` where an accused staff member is not identified, else `school`.
    occurrence: tells distinct incidents apart for the repeat rule.
    """

    type: Literal["concern-raised"] = "concern-raised"
    version: Literal[1] = 1
    concern: str
    school: str
    student: str | None
    role: StudentRole
    kind: ConcernKind
    categories: tuple[Category, ...]
    facts: dict[Fact, bool] = Field(default_factory=dict)
    text: ConcernText
    description: ConcernText | None = None
    others: tuple[str, ...] = ()
    people: tuple[NamedPerson, ...] = ()
    guardians_unsafe: bool = False
    desk: Literal["school", "district"] = "school"
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None = None
    happened_at: datetime | None = None

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"


class ConcernContinued(PublicEvent):
    """What a reporter said later, as told about one student whom the concern identifies, or about all whom it does not (student None).

    It says everything about the concern that a case must know, because the case that goes on may not be the one that the concern joined.
    role, reporter_kind, text: as in `ConcernRaised`. answers: the dangers answered this time. facts: all that were answered by now, the latest
    answer to each. students: how many of the concern's students it is about.
    """

    type: Literal["concern-continued"] = "concern-continued"
    version: Literal[1] = 1
    concern: str
    addition: str
    school: str
    student: str | None
    students: int
    role: StudentRole
    kind: ConcernKind
    categories: tuple[Category, ...]
    answers: dict[Fact, bool]
    facts: dict[Fact, bool]
    text: ConcernText
    people: tuple[NamedPerson, ...]
    guardians_unsafe: bool
    desk: Literal["school", "district"]
    reporter_kind: ReporterKind

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"


class ConcernAttached(PublicEvent):
    """A file came with what a reporter said later, as told about one student whom the concern identifies, or about all whom it does not.

    attachment: where it lies at intake, sealed. addition: with which words it came. kind, octets: what its content is. digest: the SHA-256 of the
    original, in hexadecimal: what is shown later is what came. key: of this file alone, sealed as the words are.
    """

    type: Literal["concern-attached"] = "concern-attached"
    version: Literal[1] = 1
    concern: str
    attachment: str
    addition: str
    school: str
    student: str | None
    kind: Literal["jpeg", "png", "webp", "pdf"]
    octets: int
    digest: str
    key: ConcernText

    @property
    def ordering_key(self) -> str:
        return self.student or f"concern-{self.concern}"


# cases -------------------------------------------------------------------------------------------------------------


class CaseEvent(PublicEvent):
    """Base of what cases tells: always the case, its student (None while unidentified) and the school."""

    case: str
    student: str | None
    school: str

    @property
    def ordering_key(self) -> str:
        return self.student or f"case-{self.case}"


class CaseOpened(CaseEvent):
    type: Literal["case-opened"] = "case-opened"
    version: Literal[1] = 1
    concern: str


class ConcernJoinedCase(CaseEvent):
    """Also told for the first concern. read: its reporter was told that it had been read, as the first version did; nobody has read it then."""

    type: Literal["concern-joined-case"] = "concern-joined-case"
    version: Literal[2] = 2
    concern: str
    read: bool = True


class CaseTriaged(CaseEvent):
    """Level decided or raised: staff are alerted. `excluded`: ids of everybody named in any strand (never alerted).
    acknowledge_by, decide_by: clocks from the policy, in UTC.
    """

    type: Literal["case-triaged"] = "case-triaged"
    version: Literal[1] = 1
    concern: str
    urgency: Urgency
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]
    acknowledge_by: datetime
    decide_by: datetime


class CaseAcknowledged(CaseEvent):
    """A person took the case in hand: the ladder stops. concerns: every concern folded into the case so far."""

    type: Literal["case-acknowledged"] = "case-acknowledged"
    version: Literal[1] = 1
    by: str
    concerns: tuple[str, ...]


class ConcernRead(CaseEvent):
    """A person who may read them opened the case: what its reporters said has been read. additions: what they said later."""

    type: Literal["concern-read"] = "concern-read"
    version: Literal[1] = 1
    by: str
    concerns: tuple[str, ...]
    additions: tuple[str, ...]


class ReporterAnswered(CaseEvent):
    """Whoever has the case wrote to the reporter of a concern, who reads it with the receipt.

    at: when it was written. text: sealed under the student's key, or the case's own while the student is not identified.
    """

    type: Literal["reporter-answered"] = "reporter-answered"
    version: Literal[1] = 1
    concern: str
    answer: str
    text: ConcernText
    by: str
    at: datetime


class Deputy(BaseModel):
    """Somebody who stands in, until a moment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: str
    until: datetime


class CasePeopleChanged(CaseEvent):
    """How people stand to the case from now on: whoever has something of it shows it to nobody else (shared/rights/people.py says what each means).

    The concern that opened the case tells nothing of it: then the case is for the counsellors of its school, and nobody but whom `CaseTriaged`
    excludes is kept away.
    """

    type: Literal["case-people-changed"] = "case-people-changed"
    version: Literal[1] = 1
    desk: Literal["school", "district"]
    has: tuple[str, ...]
    given: bool
    deputies: tuple[Deputy, ...]
    officers: tuple[str, ...]
    named: tuple[str, ...]
    suspended: tuple[str, ...]
    elsewhere: str | None
    receiving: str | None
    escalated: bool


NoticeAsks = Literal["reading", "appointment", "referral-consent", "visit-consent", "group-consent"]
"""What a guardian is asked for: to read, to come or be at home, or to consent."""

CONSENTS: frozenset[NoticeAsks] = frozenset({"referral-consent", "visit-consent", "group-consent"})


class GuardianToBeTold(CaseEvent):
    """A named counsellor chose recipient, moment and words. words: sealed under the student's key, purpose `guardian-notice`.

    second: another guardian, who hears where the first cannot be reached or does not answer; None where nobody else may. about: the referral or
    activity that an appointment or a consent is for. meet_at: of an appointment.
    """

    type: Literal["guardian-to-be-told"] = "guardian-to-be-told"
    version: Literal[2] = 2
    notice: str
    guardian: str
    second: str | None
    not_before: datetime
    words: NoticeText
    asks: NoticeAsks
    about: str | None
    meet_at: datetime | None
    by: str


class ReferralSent(CaseEvent):
    """From here on the task in notifications alone decides (decision 14). package: exactly what is disclosed, sealed under the student's
    key, purpose `package`. by_phone_first: an emergency, where help was called before the letter.
    """

    type: Literal["referral-sent"] = "referral-sent"
    version: Literal[1] = 1
    referral: str
    agency: str
    priority: Literal["routine", "urgent", "stat"]
    respond_by: datetime
    package: PackageText
    package_opens: Literal["after-acceptance", "at-once"]


class ReferralCancelRequested(CaseEvent):
    """The school asks; the agency confirms; an outcome may still win."""

    type: Literal["referral-cancel-requested"] = "referral-cancel-requested"
    version: Literal[1] = 1
    referral: str


StaffMessage = Literal[
    "teacher-asked", "teacher-answered", "invited", "commitment", "visit", "assigned", "deputy", "student-moved", "student-left",
    "case-asked-for", "case-kept", "transfer-declined", "transfer-received", "approval", "without-owner", "conflict-ruling", "many-claims",
    "new-words", "glass-broken", "guardian-answered", "same-student",
]  # fmt: skip
"""What waits for a member of staff; the mail says no more than that something does."""


class StaffToBeTold(CaseEvent):
    """Something waits for this member of staff: one mail, without content, to nobody else. case: empty where it is about no case, as a group."""

    type: Literal["staff-to-be-told"] = "staff-to-be-told"
    version: Literal[1] = 1
    person: str
    message: StaffMessage


class CoordinatorToBeTold(CaseEvent):
    """Something waits for the school's coordinator, or where there is none for whoever is above: one mail, without content.

    desk, excluded: as in `CaseTriaged`.
    """

    type: Literal["coordinator-to-be-told"] = "coordinator-to-be-told"
    version: Literal[1] = 1
    message: StaffMessage
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]


SchoolMessage = Literal["student-arrived", "student-moved", "student-left", "transfer-asked", "transfer-withdrawn", "case-asked-for"]
"""What waits for somebody of a school, nobody by name; the mail says no more than that something does."""


class SchoolToBeTold(CaseEvent):
    """Something waits for this school, which need not be the one that has the case: the first rung of its ladder with somebody on it hears, by one
    mail without content. excluded: ids of everybody named in any strand.
    """

    type: Literal["school-to-be-told"] = "school-to-be-told"
    version: Literal[1] = 1
    message: SchoolMessage
    desk: Literal["school", "district"]
    excluded: tuple[str, ...]


class AlertsPassedOn(CaseEvent):
    """The case was received by another school, or merged into another case: the alerts that it had end here, for those who go on are alerted anew
    where nobody has it in hand. to_case, to_school: who goes on. by: who gave the receipt, or merged.
    """

    type: Literal["alerts-passed-on"] = "alerts-passed-on"
    version: Literal[1] = 1
    to_case: str
    to_school: str
    by: str


class WorkOverdue(CaseEvent):
    """A deadline passed. step: 0 tells the owner, each further one the next rung of the ladder. what: code of what was expected."""

    type: Literal["work-overdue"] = "work-overdue"
    version: Literal[1] = 1
    what: str
    urgency: Urgency
    desk: Literal["school", "district"]
    step: int
    owner: str | None
    excluded: tuple[str, ...]


class DutyChanged(PublicEvent):
    """Somebody is away from a school, or back (until None); deputy: who stands in on the ladder."""

    type: Literal["duty-changed"] = "duty-changed"
    version: Literal[1] = 1
    school: str
    person: str
    away_from: datetime | None
    away_until: datetime | None
    deputy: str | None

    @property
    def ordering_key(self) -> str:
        return self.school


class NobodyReachable(PublicEvent):
    """Nobody on a school's own ladder is there from a moment on, nor is a deputy. told: coordinators and the district, who hear at once."""

    type: Literal["nobody-reachable"] = "nobody-reachable"
    version: Literal[1] = 1
    school: str
    since: datetime
    told: tuple[str, ...]

    @property
    def ordering_key(self) -> str:
        return self.school


DISTRICT = "district"
"""Whose calendar it is, where it is everybody's."""


def calendar_of_kind(level: str) -> str:
    """The name of the calendar of a kind of school."""
    return f"kind:{level}"


def calendar_of_school(school: str) -> str:
    """The name of the calendar of one school."""
    return f"school:{school}"


class CalendarChanged(PublicEvent):
    """What is said of the school calendar, for the whole district, a kind of school or one school. It replaces what was said of the same before."""

    type: Literal["calendar-changed"] = "calendar-changed"
    version: Literal[1] = 1
    of: str
    layer: Layer

    @property
    def ordering_key(self) -> str:
        return "calendar"


class CaseClosed(CaseEvent):
    """concerns: every concern folded into the case; outcome: what the reporter may hear."""

    type: Literal["case-closed"] = "case-closed"
    version: Literal[1] = 1
    concerns: tuple[str, ...]
    outcome: OutcomeClass


# notifications -----------------------------------------------------------------------------------------------------


class NotificationEvent(PublicEvent):
    """Base of what notifications tells about a case. Ordered with the student."""

    case: str
    student: str | None
    school: str

    @property
    def ordering_key(self) -> str:
        return self.student or f"case-{self.case}"


class StaffAlerted(NotificationEvent):
    """One alert to one person left by SMTP (the mail server took it)."""

    type: Literal["staff-alerted"] = "staff-alerted"
    version: Literal[1] = 1
    alert: str
    person: str
    step: int


class AlertExhausted(NotificationEvent):
    """Nobody could be reached or nobody acknowledged: the alert is in the hands of `person`, by name (district duty)."""

    type: Literal["alert-exhausted"] = "alert-exhausted"
    version: Literal[1] = 1
    alert: str
    person: str | None


NoticeOutcome = Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable", "no-longer-guardian", "unanswered"]
"""unsafe: the register, or a conflict, forbids it. no-longer-guardian: the roster does not have them as the student's guardian any more."""


class GuardianTold(NotificationEvent):
    """The content-free message left, or it did not and why; or nobody answered it, and a person is to phone (`unanswered`)."""

    type: Literal["guardian-told"] = "guardian-told"
    version: Literal[1] = 1
    notice: str
    guardian: str
    outcome: NoticeOutcome


GuardianAnswer = Literal["read", "words", "confirmed", "another-time", "not-for-me", "consented", "refused", "withdrawn"]
"""read: they say that they have read it. words: only their own words. confirmed, another-time: of an appointment. withdrawn: of a consent given."""


class GuardianAnswered(NotificationEvent):
    """A guardian answered behind the link, after a second factor. answer_id: of this very answer. by: the counsellor who asked.

    words: the guardian's own, sealed under the student's key, purpose `answer`. wish: another time that they ask for. asks, about: as asked.
    """

    type: Literal["guardian-answered"] = "guardian-answered"
    version: Literal[1] = 1
    notice: str
    guardian: str
    answer_id: str
    answer: GuardianAnswer
    asks: NoticeAsks
    about: str | None
    words: AnswerText | None
    wish: datetime | None
    by: str | None


class GuardianMarkedUnsafe(PublicEvent):
    """The do-not-contact register has this guardian of this student: no sending begins after this was committed (decision 14)."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["guardian-marked-unsafe"] = "guardian-marked-unsafe"
    version: Literal[1] = 1
    student: str
    guardian: str
    school: str

    @property
    def ordering_key(self) -> str:
        return self.student


class TaskMoved(NotificationEvent):
    """The agency's task made a transition; the case folds it and never refuses.

    trigger: as in the task's table. state: FHIR Task.status, business_status: BSeR code. reason: of a decline, from the closed list.
    note: the agency's words, sealed under the student's key, purpose `answer`. at: the appointment, where one was made.
    """

    type: Literal["task-moved"] = "task-moved"
    version: Literal[1] = 1
    task: str
    referral: str
    agency: str
    trigger: str
    state: str
    business_status: str
    reason: str | None = None
    note: AnswerText | None = None
    at: datetime | None = None
    channel: Literal["api", "portal", "letter", "phone"] = "api"


class TaskUnanswered(NotificationEvent):
    """Silence is a signal: the agency did not answer by `respond_by`, or could not be reached."""

    type: Literal["task-unanswered"] = "task-unanswered"
    version: Literal[1] = 1
    task: str
    referral: str
    agency: str
    reason: Literal["no-answer", "unreachable"]


Intake = Annotated[RosterFact | SessionFact | AccountHolderToBeTold | ConcernRaised | ConcernContinued | ConcernAttached, Field(discriminator="type")]
Cases = Annotated[
    CaseOpened | ConcernJoinedCase | CaseTriaged | CaseAcknowledged | ConcernRead | ReporterAnswered | GuardianToBeTold | ReferralSent
    | ReferralCancelRequested | StaffToBeTold | CoordinatorToBeTold | SchoolToBeTold | AlertsPassedOn
    | WorkOverdue | DutyChanged | CalendarChanged | CaseClosed | CasePeopleChanged,
    Field(discriminator="type"),
]  # fmt: skip
Notifications = Annotated[
    StaffAlerted | AlertExhausted | GuardianTold | GuardianAnswered | GuardianMarkedUnsafe | TaskMoved | TaskUnanswered, Field(discriminator="type")
]

CATALOGUE: dict[str, tuple[type[PublicEvent], ...]] = {
    "intake": (
        SchoolRegistered, PersonRegistered, PersonLeft, PersonAppointed, PersonDismissed, PersonSuspended, PersonReinstated, PersonsMatched,
        PersonsUnmatched, SessionBegun, SessionProved, SessionEnded, ConcernRaised, ConcernContinued, ConcernAttached, AccountHolderToBeTold,
    ),
    "cases": (
        CaseOpened, ConcernJoinedCase, CaseTriaged, CaseAcknowledged, ConcernRead, ReporterAnswered, GuardianToBeTold, ReferralSent,
        ReferralCancelRequested,
        StaffToBeTold, CoordinatorToBeTold, SchoolToBeTold, AlertsPassedOn, WorkOverdue, DutyChanged, NobodyReachable, CalendarChanged, CaseClosed,
        CasePeopleChanged,
    ),
    "notifications": (StaffAlerted, AlertExhausted, GuardianTold, GuardianAnswered, GuardianMarkedUnsafe, TaskMoved, TaskUnanswered),
}  # fmt: skip
"""Which service says what; served as AsyncAPI by each service."""

READERS = {"intake": ("cases", "notifications"), "cases": ("intake", "notifications"), "notifications": ("cases",)}
"""Who reads whom: a stream is trimmed below what all of them confirmed."""

BY_TYPE: dict[str, type[PublicEvent]] = {event.model_fields["type"].default: event for events in CATALOGUE.values() for event in events}


def _roles_at_the_one_school(first: Json) -> Json:
    """Version 1 of a person had one school for all roles; the roles of the district's people held in the whole district."""
    told = {name: value for name, value in first.items() if name != "roles"}
    school = first["school"]
    return {**told, "posts": [{"role": role, "school": None if role in DISTRICT_ROLES else school} for role in first.get("roles", ())]}


def only_to_read(first: Json) -> Json:
    """Version 1 of `guardian-to-be-told` asked for nothing, and of one guardian only."""
    return {**first, "second": None, "asks": "reading", "about": None, "meet_at": None}


OLDER = Upcasters({("person-registered", 1): _roles_at_the_one_school, ("guardian-to-be-told", 1): only_to_read})
"""From the versions of public events that are no longer written."""


def read_public(event_type: str, body: str) -> PublicEvent | None:
    """The public event, leniently and at its newest version; None where this reader does not know the type (it skips it)."""
    known = BY_TYPE.get(event_type)
    if known is None:
        return None
    if event_type in OLDER.types:
        body = OLDER.upcast(event_type, json.loads(body)["version"], body)
    return known.model_validate_json(body)
