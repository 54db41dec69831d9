"""Which channels a message takes: the policy's order, all at once in an emergency, and the next where one fails (ADR 47)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.app import OUTBOX, PROMPT
from services.notifications.channels.course import ARRIVING, Channel, Course, Kept, in_order, together
from services.notifications.channels.statuses import RANK, better
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.preference import ContactPreferenceSet, Preference, SetPreference, decide

ALL: tuple[Channel, ...] = ("mail", "whatsapp", "sms")


def course(tried: int = 0, *, at_once: bool = False, **kept: Kept) -> Course:
    return Course(ALL, at_once, tried, {channel: kept[channel] for channel in ALL if channel in kept})


def test_an_ordinary_message_begins_with_the_first_channel():
    assert course().now() == ("mail",)


def test_an_emergency_takes_all_of_them():
    assert course(at_once=True).now() == ALL


def test_a_channel_that_can_never_take_it_is_followed_by_the_next_at_once():
    assert course(mail="never").now() == ("whatsapp",)
    assert course(mail="never", whatsapp="returned").now() == ("sms",)


def test_a_channel_that_goes_on_failing_is_joined_by_the_next():
    assert [course(tried).now() for tried in range(5)] == [("mail",), ("mail",), ("mail", "whatsapp"), ("mail", "whatsapp"), ALL]


@pytest.mark.parametrize("state", sorted(ARRIVING))
def test_once_a_channel_has_it_the_others_are_spared_unless_it_is_an_emergency(state):
    assert course(whatsapp=state).now() == ()
    assert course(whatsapp=state, at_once=True).now() == ("mail", "sms")


def test_the_policy_gives_the_order_and_what_it_does_not_name_is_not_used():
    assert in_order(("sms", "mail", "sms"), {"mail", "sms", "whatsapp"}) == ("sms", "mail")


@given(st.lists(st.sampled_from([Accepted(), Later("busy"), Never("number-refused")]), max_size=4))
def test_several_outcomes_come_to_the_best_and_nobody_to_send_to_is_never(outcomes):
    kinds = {type(each) for each in outcomes}
    expected = next((kind for kind in (Accepted, Later, Never) if kind in kinds), Never)
    assert isinstance(together(outcomes), expected)


@given(st.lists(st.sampled_from(sorted(RANK)), min_size=1, max_size=8))
def test_reports_in_any_order_come_to_the_same(states):
    forwards, backwards = None, None
    for state in states:
        forwards = better(forwards, state)
    for state in reversed(states):
        backwards = better(backwards, state)
    assert forwards == backwards == max(states, key=RANK.__getitem__)


ASKED = SetPreference(person="ibu", channels=("sms",), language="en", shared_phone=False, by="ani")


def test_a_guardian_s_own_channel_comes_first_and_a_shared_telephone_gets_nothing():
    (told,) = decide(ASKED, Preference())
    assert Preference(told).order(ALL) == ["sms", "mail", "whatsapp"]
    (shared,) = decide(ASKED.model_copy(update={"shared_phone": True}), Preference(told))
    assert isinstance(shared, ContactPreferenceSet)
    assert Preference(shared).order(ALL) == ["mail"]
    assert Preference().order(ALL) == list(ALL)


def test_the_same_preference_again_is_quiet_whoever_notes_it():
    (told,) = decide(ASKED, Preference())
    assert decide(ASKED.model_copy(update={"by": "budi"}), Preference(told)) == []


@pytest.mark.parametrize(("concerns", "gathers"), [(10, False), (50, False), (100, False), (300, True)])
def test_events_gather_in_a_flood_and_not_on_a_busy_day(concerns, gathers):
    """A hundred concerns a second make 500 events of cases and 330 of ours; whoever gathered them would wait for nothing."""
    for known, each in ((PROMPT, 5.0), (OUTBOX, 3.3)):
        pace = replace(known)
        pauses = [pace.pause(round(concerns * each / 100), second / 100) for second in range(1, 600)]
        assert (max(pauses) > 0) == gathers
