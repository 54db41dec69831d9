"""What is said once is told again by name: a command as its event, an event as the occasion of what a service does about it."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import pytest

from shared.message import Event, Fact, NewEvent, Occasion, recorded
from shared.retelling import retold

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 13, tzinfo=UTC)


class Give(Fact):
    what: str
    by: str


class Given(Event):
    type: Literal["given"] = "given"
    version: Literal[2] = 2
    what: str
    by: str


class GivenTo(Given):
    to: str


def test_each_field_takes_the_value_of_the_field_of_the_same_name_and_the_kind_of_event_stays_its_own():
    assert retold(Given, Give(what="a book", by="ani")) == Given(what="a book", by="ani")
    assert retold(Give, Given(what="a book", by="ani")) == Give(what="a book", by="ani")


def test_what_was_not_said_is_added_and_what_is_said_otherwise_counts():
    assert retold(GivenTo, Give(what="a book", by="ani"), to="budi", by="citra") == GivenTo(what="a book", by="citra", to="budi")


def test_a_field_that_nobody_said_is_a_mistake_and_never_a_guess():
    with pytest.raises(AttributeError, match="to"):
        retold(GivenTo, Give(what="a book", by="ani"))


def test_what_a_service_does_about_an_event_has_its_correlation_and_the_event_as_its_cause():
    event = NewEvent(UUID(int=1), "given", 2, "{}", "key", True, "ani", "smp1", NOON, UUID(int=2), UUID(int=3))
    stored = recorded(event, "stream-1", 1, 7, 0, None, LATER)
    assert Occasion.follow(stored, "cases") == Occasion("service:cases", "smp1", NOON, UUID(int=2), UUID(int=1))
