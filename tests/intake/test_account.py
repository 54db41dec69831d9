"""The account of one person: invited, opened, changed, recovered, closed (people.md, Signing in)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.account import (
    ACCOUNT,
    Accept,
    AccountClosed,
    AccountExists,
    AccountInvited,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    AddCredentials,
    AskForRecovery,
    Close,
    GrantRecovery,
    InvitationNotValid,
    Invite,
    Lock,
    NoAccount,
    RecoveryAsked,
    RecoveryCodeSpent,
    RecoveryGranted,
    RemoveCredential,
    Unlock,
    UseRecoveryCode,
)
from services.intake.domain.credentials import Credential, CredentialAdded, CredentialRemoved, NeedsWayIn, RecoveryCodeUsed
from services.intake.domain.sign_in_name import SIGN_IN_NAME, GiveUpName, NameTaken, SignInNameGivenUp, SignInNameTaken, TakeName
from shared.events import AccountHolderToBeTold
from shared.sealed import Sealed
from shared.testing import given
from shared.two_people import SecondPersonNeeded

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
UNTIL = NOW + timedelta(days=1)
PASSKEY, SECOND_PASSKEY = Credential("c-key", "passkey", "n-key"), Credential("c-other-key", "passkey", "n-other-key")
PASSWORD, CODE, CODES = Credential("c-word", "password", "n-ani"), Credential("c-code", "one-time-code"), Credential("c-codes", "recovery-codes")
PAIR = (PASSWORD, CODE, CODES)
OFFICE = Credential("c-office", "openid", "n-subject")

INVITE = Invite(person="ani", invitation="link-1", until=UNTIL, by="budi", way="mail")
AGAIN = INVITE.model_copy(update={"invitation": "link-2"})
INVITED = AccountInvited(person="ani", invitation="link-1", until=UNTIL, by="budi", way="mail")
INVITED_AGAIN = INVITED.model_copy(update={"invitation": "link-2"})
OPENED = AccountOpened(person="ani", invitation="link-1")


def accept(*credentials: Credential, link: str = "link-1", at: datetime = NOW) -> Accept:
    return Accept(person="ani", invitation=link, at=at, credentials=credentials)


def added(*credentials: Credential) -> list[CredentialAdded]:
    return [CredentialAdded(person="ani", credential=each.id, kind=each.kind, name=each.name) for each in credentials]


def removed(*credentials: Credential, why: str = "person") -> list[CredentialRemoved]:
    return [CredentialRemoved(person="ani", credential=each.id, why=why) for each in credentials]


def told(message: str, **more) -> AccountHolderToBeTold:
    return AccountHolderToBeTold(person="ani", message=message, **more)


def opened(*credentials: Credential):
    return given(ACCOUNT, INVITED, OPENED, *added(*credentials))


def test_an_invitation_is_given_once_and_a_newer_one_takes_its_place():
    history = given(ACCOUNT).when(INVITE).then(INVITED).when(INVITE).then().when(AGAIN).then(INVITED_AGAIN)
    history.when(accept(PASSKEY)).refuses(InvitationNotValid)


def test_a_mailed_invitation_tells_the_person_its_link_and_who_invited():
    link = Sealed(kid="k", context="c", box="tautan")
    mail = told("invited", link=link, until=UNTIL, by="budi")
    given(ACCOUNT).when(INVITE.model_copy(update={"link": link})).then(INVITED, mail)


@pytest.mark.parametrize("chosen", [(PASSKEY,), (OFFICE,), PAIR, (PASSKEY, *PAIR)])
def test_whoever_accepts_it_chooses_how_to_sign_in(chosen):
    history = given(ACCOUNT, INVITED).when(accept(*chosen)).then(OPENED, *added(*chosen), told("opened"))
    assert all(history.state.verifies(each.id) for each in chosen)


def test_the_same_form_sent_twice_is_one_account():
    opened(PASSKEY).when(accept(PASSKEY)).then()


@pytest.mark.parametrize(
    "wrong", [accept(SECOND_PASSKEY), accept(SECOND_PASSKEY, link="made-up"), accept(PASSKEY, at=UNTIL, link="link-2")]
)  # fmt: skip
def test_a_used_unknown_or_expired_invitation_gets_one_answer(wrong):
    opened(PASSKEY).when(wrong.model_copy(update={"credentials": (OFFICE,)})).refuses(InvitationNotValid)


def test_an_invitation_holds_a_day_and_not_longer():
    given(ACCOUNT, INVITED).when(accept(PASSKEY, at=UNTIL)).refuses(InvitationNotValid)
    given(ACCOUNT, INVITED).when(accept(PASSKEY, at=UNTIL - timedelta(seconds=1))).then(OPENED, *added(PASSKEY), told("opened"))


@pytest.mark.parametrize("half", [(), (PASSWORD,), (CODE,), (CODES,), (CODE, CODES), (PASSKEY, PASSWORD), (PASSKEY, CODES), (PASSWORD, CODES)])
def test_half_a_way_in_is_none(half):
    given(ACCOUNT, INVITED).when(accept(*half)).refuses(NeedsWayIn)


def test_whoever_has_an_account_is_not_invited_again():
    opened(PASSKEY).when(AGAIN).refuses(AccountExists)


def test_ways_in_are_added_and_one_password_takes_the_place_of_the_other():
    other = Credential("c-word-2", "password", "n-ani")
    history = opened(PASSKEY).when(AddCredentials(person="ani", credentials=PAIR)).then(*added(*PAIR), told("changed"))
    change = AddCredentials(person="ani", credentials=(other,))
    history.when(change).then(*added(other), *removed(PASSWORD, why="replaced"), told("changed")).when(change).then()
    assert set(history.state.credentials) == {PASSKEY.id, other.id, CODE.id, CODES.id}


def test_a_password_without_a_code_is_not_added():
    opened(PASSKEY).when(AddCredentials(person="ani", credentials=(PASSWORD,))).refuses(NeedsWayIn)


def test_a_way_in_is_removed_once_and_with_a_password_go_its_codes():
    history = opened(PASSKEY, *PAIR).when(RemoveCredential(person="ani", credential=PASSWORD.id)).then(*removed(*PAIR), told("changed"))
    history.when(RemoveCredential(person="ani", credential=PASSWORD.id)).then()
    assert not any(history.state.verifies(each.id) for each in PAIR)


@pytest.mark.parametrize(("held", "gone"), [((PASSKEY,), PASSKEY), (PAIR, PASSWORD), (PAIR, CODE), ((PASSKEY, *PAIR), CODE)])
def test_the_last_whole_way_in_is_not_removed(held, gone):
    opened(*held).when(RemoveCredential(person="ani", credential=gone.id)).refuses(NeedsWayIn)


def test_a_recovery_code_counts_once_until_there_is_a_new_set():
    use = UseRecoveryCode(person="ani", credential=CODES.id, number=3)
    spent = RecoveryCodeUsed(person="ani", credential=CODES.id, number=3)
    history = opened(*PAIR).when(use).then(spent, told("recovery-code-used")).when(use).refuses(RecoveryCodeSpent)
    fresh = Credential("c-codes-2", "recovery-codes")
    history.when(AddCredentials(person="ani", credentials=(fresh,))).then(*added(fresh), *removed(CODES, why="replaced"), told("changed"))
    history.when(use).refuses(NoAccount)
    again = use.model_copy(update={"credential": fresh.id})
    history.when(again).then(spent.model_copy(update={"credential": fresh.id}), told("recovery-code-used"))


def test_a_locked_account_verifies_nothing_until_it_is_unlocked():
    lock, unlock = Lock(person="ani", by="budi"), Unlock(person="ani", by="budi")
    history = opened(PASSKEY).when(lock).then(AccountLocked(person="ani", by="budi"), told("locked")).when(lock).then()
    assert not history.state.verifies(PASSKEY.id)
    history.when(AddCredentials(person="ani", credentials=(SECOND_PASSKEY,))).refuses(NoAccount)
    history.when(unlock).then(AccountUnlocked(person="ani", by="budi"), told("unlocked")).when(unlock).then()
    assert history.state.verifies(PASSKEY.id)


def test_leaving_closes_and_only_a_new_invitation_opens_again():
    history = opened(PASSKEY).when(Close(person="ani")).then(AccountClosed(person="ani"), *removed(PASSKEY, why="closed"))
    history.when(Close(person="ani")).then()
    for refused in (accept(SECOND_PASSKEY), AddCredentials(person="ani", credentials=(PASSKEY,))):
        history.when(refused).refuses((InvitationNotValid, NoAccount))
    history.when(AGAIN).then(INVITED_AGAIN)
    history.when(accept(SECOND_PASSKEY, link="link-2")).then(AccountOpened(person="ani", invitation="link-2"), *added(SECOND_PASSKEY), told("opened"))


def test_leaving_ends_an_invitation_that_nobody_followed():
    history = given(ACCOUNT, INVITED).when(Close(person="ani")).then(AccountClosed(person="ani"))
    history.when(accept(PASSKEY)).refuses(InvitationNotValid)
    given(ACCOUNT).when(Close(person="ani")).then()


def grant(by: str, *, alone: bool = False, at: datetime = NOW, link: str = "link-3") -> GrantRecovery:
    invite = INVITE.model_copy(update={"invitation": link, "by": by, "way": "paper"})
    return GrantRecovery(person="ani", invitation=invite, at=at, alone=alone)


def granted(by: str, first: str | None) -> list:
    invited = INVITED.model_copy(update={"invitation": "link-3", "by": by, "way": "paper"})
    return [RecoveryGranted(person="ani", by=by, proposed_by=first), *removed(*PAIR, why="recovery"), told("recovered"), invited]


def test_an_account_is_recovered_by_two_people_of_the_school():
    ask = AskForRecovery(person="ani", by="budi", at=NOW)
    history = opened(*PAIR).when(grant("citra")).refuses(SecondPersonNeeded)
    history.when(ask).then(RecoveryAsked(person="ani", by="budi", at=NOW), told("recovery-asked"))
    history.when(ask.model_copy(update={"by": "citra"})).then()
    history.when(grant("budi")).refuses(SecondPersonNeeded)
    history.when(grant("citra")).then(*granted("citra", "budi")).when(grant("citra")).then()
    assert not any(history.state.verifies(each.id) for each in PAIR)
    history.when(accept(PASSKEY, link="link-3")).then(AccountOpened(person="ani", invitation="link-3"), *added(PASSKEY), told("opened"))


def test_the_district_recovers_alone():
    opened(*PAIR).when(grant("service:operator", alone=True)).then(*granted("service:operator", None))


def test_what_one_person_asked_for_waits_a_day_for_the_second():
    tomorrow = NOW + timedelta(days=1)
    history = opened(*PAIR).when(AskForRecovery(person="ani", by="budi", at=NOW)).says("recovery-asked", "account-holder-to-be-told")
    history.when(grant("citra", at=tomorrow)).refuses(SecondPersonNeeded)
    history.when(AskForRecovery(person="ani", by="citra", at=tomorrow)).then(
        RecoveryAsked(person="ani", by="citra", at=tomorrow), told("recovery-asked")
    )


def test_there_is_nothing_to_recover_without_an_account():
    for command in (AskForRecovery(person="ani", by="budi", at=NOW), grant("budi", alone=True)):
        given(ACCOUNT, INVITED).when(command).refuses(NoAccount)


def test_a_name_is_one_persons_until_the_credential_that_holds_it_is_gone():
    take, theirs = TakeName(person="ani", credential="c-1"), TakeName(person="budi", credential="c-9")
    history = given(SIGN_IN_NAME).when(take).then(SignInNameTaken(person="ani", credential="c-1")).when(take).then()
    history.when(theirs).refuses(NameTaken)
    history.when(TakeName(person="ani", credential="c-2")).then(SignInNameTaken(person="ani", credential="c-2"))
    history.when(GiveUpName(credential="c-1")).then()
    history.when(GiveUpName(credential="c-2")).then(SignInNameGivenUp(credential="c-2"))
    history.when(theirs).then(SignInNameTaken(person="budi", credential="c-9"))
