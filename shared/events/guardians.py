"""What a guardian is told and asked, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.events.cases import CaseEvent
from shared.message import Outlives, PublicEvent
from shared.sealed import AnswerText, NoticeText

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


NoticeOutcome = Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable", "no-longer-guardian", "unanswered"]
"""unsafe: the register, or a conflict, forbids it. no-longer-guardian: the roster does not have them as the student's guardian any more."""


class GuardianTold(CaseEvent):
    """The content-free message left, or it did not and why; or nobody answered it, and a person is to phone (`unanswered`)."""

    type: Literal["guardian-told"] = "guardian-told"
    version: Literal[1] = 1
    notice: str
    guardian: str
    outcome: NoticeOutcome


GuardianAnswer = Literal["read", "words", "confirmed", "another-time", "not-for-me", "consented", "refused", "withdrawn"]
"""read: they say that they have read it. words: only their own words. confirmed, another-time: of an appointment. withdrawn: of a consent given."""


class GuardianAnswered(CaseEvent):
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
