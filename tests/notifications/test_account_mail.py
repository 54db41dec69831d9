"""One mail about an account is decided once, and an invitation that can never arrive names who must hear of it."""

from datetime import UTC, datetime

import pytest

from services.notifications.domain.account_mail import ACCOUNT_MAIL, AccountMailDue, AccountMailEnded, LetLapse, NoteAttempt, Tell
from services.notifications.domain.outcome import Accepted, Later, Never
from shared.testing import given
from tests.notifications.scenes import SEALED

UNTIL = datetime(2026, 12, 1, 2, tzinfo=UTC)
INVITE = Tell(person="ani", message="invited", link=SEALED, until=UNTIL, by="budi")
DUE = AccountMailDue(person="ani", message="invited", link=SEALED, until=UNTIL, by="budi")
CHANGED = AccountMailDue(person="ani", message="changed", link=None, until=None, by=None)


def ended(outcome) -> AccountMailEnded:
    return AccountMailEnded(person="ani", outcome=outcome)


def test_somebody_is_to_be_told_once():
    given(ACCOUNT_MAIL).when(INVITE).then(DUE)
    given(ACCOUNT_MAIL, DUE).when(INVITE).then()


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        (Accepted(), "sent"),
        (Never("no-address"), "no-contact"),
        (Never("not-an-address"), "no-contact"),
        (Never("mailbox-refused", "550"), "undeliverable"),
    ],
)
def test_an_attempt_ends_it_once(outcome, ending):
    given(ACCOUNT_MAIL, DUE).when(NoteAttempt(outcome=outcome)).then(ended(ending))
    given(ACCOUNT_MAIL, DUE, ended(ending)).when(NoteAttempt(outcome=Accepted())).then()


def test_a_later_attempt_changes_nothing():
    given(ACCOUNT_MAIL, DUE).when(NoteAttempt(outcome=Later("timed-out"))).then()


def test_an_invitation_that_holds_no_more_lapses():
    given(ACCOUNT_MAIL, DUE).when(LetLapse()).then(ended("out-of-date"))
    given(ACCOUNT_MAIL, DUE, ended("sent")).when(LetLapse()).then()


@pytest.mark.parametrize("ending", ["no-contact", "undeliverable", "out-of-date"])
def test_whoever_invited_hears_of_an_invitation_that_never_arrives_and_nobody_of_anything_else(ending):
    assert ACCOUNT_MAIL.fold([DUE, ended(ending)]).inviter == "budi"
    assert ACCOUNT_MAIL.fold([DUE]).inviter is None
    assert ACCOUNT_MAIL.fold([DUE, ended("sent")]).inviter is None
    assert ACCOUNT_MAIL.fold([CHANGED, ended(ending)]).inviter is None
