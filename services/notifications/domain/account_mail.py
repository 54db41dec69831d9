"""One mail about somebody's account: an invitation, or what happened to how they sign in. It is sent once, and says nothing about any case.

An invitation that can never arrive is told to whoever invited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.outcome import NO_RECEIVER, Accepted, Later, Never, Outcome
from shared.decider import Decider
from shared.events import AccountMessage
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import ContactText

MailMessage = Literal[AccountMessage, "invitation-undelivered"]

Ending = Literal["sent", "no-contact", "undeliverable", "out-of-date"]
"""out-of-date: the invitation does not hold any more, so nobody is sent to a link that refuses them."""


# commands ----------------------------------------------------------------------------------------------------------


class Tell(Fact):
    """Somebody is to be told. link: of an invitation, sealed under their own key; until: from when it is refused. by: who invited."""

    person: str
    message: MailMessage
    link: ContactText | None = None
    until: datetime | None = None
    by: str | None = None


class NoteAttempt(Fact):
    """What became of an attempt to mail it."""

    outcome: Outcome


class LetLapse(Fact):
    """The invitation ended before its mail could leave, or its person was erased."""


Command = Tell | NoteAttempt | LetLapse


# events ------------------------------------------------------------------------------------------------------------


class AccountMailDue(Event):
    """The mail is to be sent now."""

    type: Literal["account-mail-due"] = "account-mail-due"
    version: Literal[1] = 1
    person: str
    message: MailMessage
    link: ContactText | None
    until: datetime | None
    by: str | None


class AccountMailEnded(Event):
    """The mail server took it, or it can never arrive."""

    type: Literal["account-mail-ended"] = "account-mail-ended"
    version: Literal[1] = 1
    person: str
    outcome: Ending


MailEvent = AccountMailDue | AccountMailEnded


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountMail:
    due: AccountMailDue | None = None
    outcome: Ending | None = None

    @property
    def waits(self) -> AccountMailDue | None:
        """What is still to be sent."""
        return self.due if self.outcome is None else None

    @property
    def inviter(self) -> str | None:
        """Who must hear that an invitation did not arrive; None while it may, and where nobody invited."""
        missed = self.outcome is not None and self.outcome != "sent"
        return self.due.by if missed and self.due and self.due.message == "invited" else None


initial = AccountMail()


def evolve(mail: AccountMail, event: MailEvent) -> AccountMail:
    match event:
        case AccountMailDue():
            return replace(mail, due=event)
        case AccountMailEnded(outcome=outcome):
            return replace(mail, outcome=outcome)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


def decide(command: Command, mail: AccountMail) -> Sequence[MailEvent]:
    match command:
        case Tell():
            return [] if mail.due else [_due(command)]
        case NoteAttempt(outcome=outcome):
            return _attempted(outcome, mail)
        case LetLapse():
            return _end("out-of-date", mail)
        case _:
            assert_never(command)


def _due(command: Tell) -> AccountMailDue:
    return AccountMailDue(person=command.person, message=command.message, link=command.link, until=command.until, by=command.by)


def _attempted(outcome: Outcome, mail: AccountMail) -> Sequence[MailEvent]:
    match outcome:
        case Accepted():
            return _end("sent", mail)
        case Later():
            return []
        case Never(why="returned") if mail.outcome == "sent" and mail.due:
            return [AccountMailEnded(person=mail.due.person, outcome="undeliverable")]
        case Never(why=why):
            return _end("no-contact" if why in NO_RECEIVER else "undeliverable", mail)
        case _:
            assert_never(outcome)


def _end(ending: Ending, mail: AccountMail) -> Sequence[MailEvent]:
    return [AccountMailEnded(person=mail.waits.person, outcome=ending)] if mail.waits else []


ACCOUNT_MAIL: Decider[Command, AccountMail, MailEvent] = Decider(initial, decide, evolve, EventCodec(AccountMailDue, AccountMailEnded))
