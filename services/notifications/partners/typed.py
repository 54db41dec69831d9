"""A form by which an agency's answer is given, and what is wrong with it. The same form for the agency and for staff who note a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Form

from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import NEEDS_TIME, NEEDS_WORDS, TABLE, DeclineReason
from services.notifications.partners.answering import Channel, Said
from services.notifications.partners.wording import ANSWERS, REASONS
from shared.pages import Text, say
from shared.typed import moment_of, with_plain_line_breaks

LONGEST = 20_000
"""Letters of an answer, as of every text that people write here."""

Field = Annotated[str, Form(max_length=25_000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """As it was sent. form: its own id, so that one sent twice with the same in it is one answer. at: `2026-11-30T08:00`, in the district's zone.

    how: `phone` or `letter`, where staff note it.
    """

    form: str
    answer: str = ""
    reason: str = ""
    at: str = ""
    words: str = ""
    how: str = ""


def typed_answer(form: Field = "", answer: Field = "", reason: Field = "", at: Field = "", words: Field = "", how: Field = "") -> Typed:
    """A dependency: what the browser sent. A form without an id is one that nobody sent before."""
    return Typed(form or str(uuid4()), answer, reason, at, str(with_plain_line_breaks(words)).strip(), how)


def offered(task: Task) -> Sequence[tuple[str, Text]]:
    """What an agency may answer now."""
    return [(trigger, text) for trigger, text in ANSWERS.items() if (task.state, "R", trigger) in TABLE]


def read(typed: Typed, task: Task, zone: str, channel: Channel) -> Said | Mapping[str, Text]:
    """What was said, or what is wrong with it, by field."""
    answer = next((each for each, _ in offered(task) if each == typed.answer), None)
    reason = next((each for each in REASONS if each == typed.reason), None)
    at = moment_of(typed.at, ZoneInfo(zone))
    errors = _wrong(answer, reason, at, typed)
    if errors or answer is None:
        return errors
    return Said(answer, channel=channel, reason=reason if answer == "decline" else None, words=typed.words or None, at=at)


def _wrong(answer: str | None, reason: DeclineReason | None, at: datetime | None, typed: Typed) -> Mapping[str, Text]:
    errors: dict[str, Text] = {}
    if answer is None:
        errors["answer"] = say("Pilih satu jawaban.")
    if answer == "decline" and reason is None:
        errors["reason"] = say("Pilih alasannya, supaya sekolah tahu ke mana selanjutnya.")
    if (typed.at or answer in NEEDS_TIME) and at is None:
        errors["at"] = say("Tuliskan hari dan jam pertemuan. Contoh: 2026-11-30 08:00")
    if (answer in NEEDS_WORDS or (answer == "decline" and reason == "other")) and not typed.words:
        errors["words"] = say("Tuliskan keterangannya.")
    if len(typed.words) > LONGEST:
        errors["words"] = say("Tulisan ini terlalu panjang; ringkaslah, atau teleponlah.")
    return errors
