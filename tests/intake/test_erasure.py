"""The decision unit of erasures: asked once, held or decided whole, destroyed before anything is purged, and whole only then (ADR 50)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.erasure import (
    ERASURE,
    Complete,
    DecideErasure,
    DestructionFirst,
    ErasureCompleted,
    ErasureDecided,
    ErasureHeld,
    ErasureRequested,
    ErasureUnderway,
    FindHeld,
    Hold,
    Kept,
    KeysDestroyed,
    NothingToErase,
    OwnedKey,
    ReportDestroyed,
    ReportPurged,
    Request,
    TracesPurged,
)
from shared.testing import Given, given

NOON = datetime(2031, 7, 1, 12, tzinfo=UTC)
WHICH = {"erasure": "e1", "person": "ani"}
ASKED = Request(erasure="e1", person="ani", ground="asked", scope="everything", by="dinas", at=NOON)
REQUESTED = ErasureRequested(**ASKED.model_dump())
HOLD = Hold(service="cases", what="legal-hold", about="case-1")
KEY = OwnedKey(owner="ani", purpose="counselling")
WHAT = {
    "keys": (KEY,), "kept": (Kept(purpose="case", until=date(2040, 1, 1), rule="7"),), "cases": ("case-1",), "concerns": (), "mentions": 2, "at": NOON,
}  # fmt: skip
DECIDED = ErasureDecided(**WHICH, **WHAT)
DESTROYED = KeysDestroyed(**WHICH, keys=(KEY,), living=1, at=NOON)
PURGED = TracesPurged(**WHICH, service="cases", counts={"drafts": 1})
LATER = NOON + timedelta(days=30)
COMPLETED = ErasureCompleted(**WHICH, at=NOON, backups_end=LATER)


def test_an_erasure_goes_from_the_request_to_the_end_and_each_step_repeated_is_quiet():
    steps = [
        (ASKED, REQUESTED), (DecideErasure(**WHAT), DECIDED), (ReportDestroyed(living=1, at=NOON), DESTROYED),
        (ReportPurged(service="cases", counts={"drafts": 1}), PURGED), (Complete(at=NOON, backups_end=LATER), COMPLETED),
    ]  # fmt: skip
    unit: Given[Any, Any, Any] = given(ERASURE)
    for command, event in steps:
        unit = unit.when(command).then(event).when(command).then()
    assert unit.state.has_ended("ani", "counselling")
    assert not unit.state.underway


def test_after_a_restore_it_is_gone_on_with_and_everybody_purges_again_what_the_backup_brought_back():
    outlive = [each for each in (REQUESTED, DECIDED, DESTROYED, PURGED, COMPLETED) if each.outlives]
    unit = given(ERASURE, *outlive)
    assert unit.state.underway
    unit.when(ReportPurged(service="cases", counts={"drafts": 1})).then(PURGED)


def test_a_hold_stops_it_whole_and_it_may_be_asked_again():
    held = given(ERASURE, REQUESTED).when(FindHeld(holds=(HOLD,), at=NOON)).then(ErasureHeld(**WHICH, holds=(HOLD,), at=NOON))
    held.when(DecideErasure(**WHAT)).refuses(NothingToErase)
    held.when(ASKED.model_copy(update={"erasure": "e2"})).says("erasure-requested")


def test_a_second_request_waits_for_the_first():
    given(ERASURE, REQUESTED).when(ASKED.model_copy(update={"erasure": "e2"})).refuses(ErasureUnderway)


@pytest.mark.parametrize("command", [DecideErasure(**WHAT), ReportDestroyed(living=1, at=NOON), FindHeld(holds=(HOLD,), at=NOON)])
def test_nothing_happens_that_nobody_asked_for(command):
    given(ERASURE).when(command).refuses(NothingToErase)


@pytest.mark.parametrize("command", [ReportPurged(service="cases", counts={}), Complete(at=NOON, backups_end=LATER)])
def test_nothing_is_purged_or_whole_before_the_keys_are_destroyed(command):
    given(ERASURE, REQUESTED, DECIDED).when(command).refuses(DestructionFirst)


def test_what_was_decided_is_held_until_the_keys_are_destroyed_and_never_afterwards():
    held = given(ERASURE, REQUESTED, DECIDED).when(FindHeld(holds=(HOLD,), at=NOON)).then(ErasureHeld(**WHICH, holds=(HOLD,), at=NOON))
    assert not held.state.underway
    given(ERASURE, REQUESTED, DECIDED, DESTROYED).when(FindHeld(holds=(HOLD,), at=NOON)).then()


def test_keys_that_were_gone_before_the_hold_was_found_are_reported_and_it_goes_on():
    late = given(ERASURE, REQUESTED, DECIDED, ErasureHeld(**WHICH, holds=(HOLD,), at=NOON)).when(ReportDestroyed(living=1, at=NOON)).then(DESTROYED)
    assert late.state.underway


def test_keys_that_ended_once_have_ended_also_after_the_next_request():
    again = given(ERASURE, REQUESTED, DECIDED, DESTROYED, COMPLETED).when(ASKED.model_copy(update={"erasure": "e2"})).says("erasure-requested")
    assert again.state.has_ended("ani", "counselling")
