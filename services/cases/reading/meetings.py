"""When something agreed takes place, where the work list has until when it is to be recorded: whoever goes by the latter comes a day late."""

from __future__ import annotations

from datetime import datetime

from services.cases.domain.strategies.counselling import RECORDED_AFTER

MEETINGS = ("counselling-meeting", "conference-meeting", "home-visit")
"""Codes of what is expected at a time that people agreed on."""

RECORDED_LATER = ("counselling-meeting",)
"""Those of them that are expected to be recorded `RECORDED_AFTER` their beginning."""


def begins(what: str | None, expected: datetime) -> datetime:
    """What a person is to be told: of a meeting when it begins, of anything else until when it is expected."""
    return expected - RECORDED_AFTER if what in RECORDED_LATER else expected
