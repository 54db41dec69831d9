"""Laws of accounts, over random commands: closed and removed never verify, an invitation works at most once, a repeat decides nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import account as a
from services.intake.domain.credentials import Credential, CredentialRemoved, is_complete
from shared.errors import Refused

START = datetime(2026, 11, 30, tzinfo=UTC)
KINDS = ("passkey", "openid", "password", "one-time-code", "recovery-codes")
CREDENTIALS = st.builds(lambda kind, number: Credential(f"{kind}-{number}", kind, f"n-{kind}-{number}"), st.sampled_from(KINDS), st.integers(0, 2))
PAIRS = st.integers(0, 2).map(lambda number: tuple(Credential(f"{kind}-{number}", kind) for kind in ("password", "one-time-code", "recovery-codes")))
CHOSEN = PAIRS | st.lists(CREDENTIALS, max_size=3, unique_by=lambda each: each.id).map(tuple)
PEOPLE = st.sampled_from(["budi", "citra"])
LINKS = st.sampled_from(["link-1", "link-2", "link-3"])
MOMENTS = st.integers(0, 60).map(lambda hours: START + timedelta(hours=hours))
INVITES = st.builds(
    lambda link, by, at: a.Invite(person="ani", invitation=link, until=at + timedelta(days=1), by=by, way="paper"), LINKS, PEOPLE, MOMENTS
)
COMMANDS = st.one_of(
    INVITES,
    st.builds(a.Accept, person=st.just("ani"), invitation=LINKS, at=MOMENTS, credentials=CHOSEN),
    st.builds(a.AddCredentials, person=st.just("ani"), credentials=CHOSEN),
    st.builds(a.RemoveCredential, person=st.just("ani"), credential=CREDENTIALS.map(lambda each: each.id)),
    st.builds(a.UseRecoveryCode, person=st.just("ani"), credential=CREDENTIALS.map(lambda each: each.id), number=st.integers(0, 9)),
    st.builds(a.Lock, person=st.just("ani"), by=PEOPLE),
    st.builds(a.Unlock, person=st.just("ani"), by=PEOPLE),
    st.just(a.Close(person="ani")),
    st.builds(a.AskForRecovery, person=st.just("ani"), by=PEOPLE, at=MOMENTS),
    st.builds(a.GrantRecovery, person=st.just("ani"), invitation=INVITES, at=MOMENTS, alone=st.booleans()),
)
laws = settings(max_examples=400)


def walked(commands):
    """Each command that was not refused, the account before and after it, and its events."""
    state = a.initial
    for command in commands:
        try:
            events = a.ACCOUNT.decide(command, state)
        except Refused:
            continue
        after = a.ACCOUNT.fold(events, state)
        yield command, state, after, events
        state = after


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_what_was_removed_never_verifies_again_unless_it_is_added_again(commands):
    gone = set[str]()
    for _, _, after, events in walked(commands):
        for event in events:
            if isinstance(event, CredentialRemoved):
                gone.add(event.credential)
            if event.type == "credential-added":
                gone.discard(event.credential)
        assert not any(after.verifies(each) for each in gone)


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_a_closed_or_locked_account_verifies_nothing(commands):
    for _, _, after, _ in walked(commands):
        if after.closed or after.locked:
            assert not any(after.verifies(each) for each in after.credentials)


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_an_invitation_works_at_most_once(commands):
    """A link's random part is never made twice, so here neither."""
    made, followed = set[str](), list[str]()
    fresh = list[a.Command]()
    for command in commands:
        if isinstance(command, a.Invite):
            if command.invitation in made:
                continue
            made.add(command.invitation)
        fresh.append(command)
    for _, _, _, events in walked([each for each in fresh if not isinstance(each, a.GrantRecovery)]):
        followed += [event.invitation for event in events if isinstance(event, a.AccountOpened)]
    assert len(followed) == len(set(followed))


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_an_account_has_a_whole_way_in_or_none_at_all(commands):
    for _, _, after, _ in walked(commands):
        assert not after.credentials or is_complete(after.credentials.values())


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_nobody_recovers_an_account_alone_but_the_district(commands):
    for command, _, _, events in walked(commands):
        for event in events:
            if isinstance(event, a.RecoveryGranted):
                assert isinstance(command, a.GrantRecovery)
                assert command.alone or event.proposed_by not in (None, event.by)


@laws
@given(st.lists(COMMANDS, max_size=25))
def test_a_command_repeated_at_once_decides_nothing_or_is_refused(commands):
    for command, _, after, _ in walked(commands):
        try:
            assert a.ACCOUNT.decide(command, after) == []
        except Refused:
            assert isinstance(command, a.UseRecoveryCode | a.GrantRecovery)
