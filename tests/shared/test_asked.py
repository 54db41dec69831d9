"""A key never swallows words: the same key with another body is refused, in whichever service and order (row 29 of a district's life)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from shared.asked import Asked, Fingerprint, Fingerprints
from shared.decider import Decider, execute
from shared.errors import IdempotencyMismatch, Refused
from shared.eventstore.codec import EventCodec
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Repeated
from shared.keys import SERVICES, Service
from shared.message import TANGGAP, Event, Occasion, derived_id
from shared.sealing import MemoryVault

KEY = b"k" * 32
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Said(Event):
    type: Literal["said"] = "said"
    version: Literal[1] = 1
    word: str


class SaidEnough(Refused):
    code = "said-enough"


def say(word: str, said: tuple[str, ...]) -> Sequence[Said]:
    """A word is said once; after `amin` nothing is."""
    if "amin" in said and word != "amin":
        raise SaidEnough
    return [] if word in said else [Said(word=word)]


SAYING: Decider[str, tuple[str, ...], Said] = Decider((), say, lambda said, event: (*said, event.word), EventCodec(Said))


def request(word: str, key: str | None = "k") -> Asked:
    return Asked("ani POST /words", key, Fingerprint(KEY, word.encode()), derived_id(TANGGAP, "ani POST /words", key or uuid4()))


class Room:
    """A store of words, as a route that keeps keys uses it."""

    def __init__(self) -> None:
        self.store = InMemoryEventStore()

    def hears(self, word: str, key: str | None = "k", *, fresh: bool = False) -> tuple[str, ...]:
        asked = request(word, key)
        occasion = Occasion("ani", None, NOON, asked.cause, asked.cause)
        return asyncio.run(execute(self.store, SAYING, "words", word, occasion, asked=asked, fresh=fresh)).state


def test_the_same_request_again_changes_nothing_and_is_answered_with_what_is_there_now():
    room = Room()
    assert room.hears("satu") == ("satu",)
    assert room.hears("dua", "another") == ("satu", "dua")
    assert room.hears("satu") == ("satu", "dua")


@pytest.mark.parametrize("fresh", [False, True])
def test_the_same_key_with_other_words_is_refused_and_nothing_is_kept(fresh):
    room = Room()
    room.hears("satu", fresh=fresh)
    with pytest.raises(IdempotencyMismatch):
        room.hears("dua", fresh=fresh)
    assert [event.type for event in room.store.events] == ["said"]


def test_the_key_of_a_request_that_changed_nothing_is_taken_too():
    room = Room()
    room.hears("satu", "first")
    assert room.hears("satu") == ("satu",)
    with pytest.raises(IdempotencyMismatch):
        room.hears("dua")


def test_other_words_under_a_used_key_are_a_mismatch_also_where_they_would_be_refused_anyway():
    room = Room()
    room.hears("satu")
    room.hears("amin", "last")
    with pytest.raises(IdempotencyMismatch):
        room.hears("dua")


def test_the_key_of_a_refused_request_is_free_again():
    room = Room()
    room.hears("amin", "last")
    with pytest.raises(SaidEnough):
        room.hears("dua")
    assert room.hears("amin") == ("amin",)


def test_without_a_key_nothing_is_compared():
    room = Room()
    room.hears("satu", None)
    assert room.hears("dua", None) == ("satu", "dua")


@drawn(st.binary(), st.binary())
def test_a_fingerprint_is_of_its_own_body_alone(one, other):
    kept = Fingerprint(KEY, one).made()
    assert Fingerprint(KEY, other).is_of(kept) is (one == other)


def test_a_fingerprint_is_keyed_so_that_short_words_cannot_be_guessed_from_it():
    kept = Fingerprint(KEY, b"pisau").made()
    assert sha256(b"pisau").hexdigest() not in kept
    assert not Fingerprint(b"o" * 32, b"pisau").is_of(kept)


def test_a_services_fingerprints_stay_comparable_and_are_no_other_services():
    vault = MemoryVault()

    def made(service: Service) -> Fingerprint:
        return asyncio.run(Fingerprints(vault, service).of(b"satu"))

    assert made("cases").is_of(made("cases").made())
    assert len({made(service).made() for service in SERVICES}) == 3


def test_what_an_earlier_release_kept_still_tells_the_same_body_from_another():
    kept = sha256(b"satu").hexdigest()
    assert Fingerprint(KEY, b"satu").is_of(kept)
    assert not Fingerprint(KEY, b"dua").is_of(kept)


def test_a_repeat_that_is_known_by_its_first_event_alone_is_taken_as_the_same():
    request("satu").require_same(Repeated(1, NOON))
    request("satu").require_same(None)
