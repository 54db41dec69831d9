"""The sentence behind each outcome of an attempt, in both languages, with the mend."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.pages import Text, say


class Reason(BaseModel):
    """The same sentence twice: id is Indonesian, en is English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    en: str


@cache
def reasons() -> dict[str, Reason]:
    """By what `Later` and `Never` say."""
    told = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Reason]).validate_python(told)


class EndpointState(BaseModel):
    """How the last call to an agency's endpoint ended. outcome: accepted, later or never. why: code. detail: what the other side answered."""

    at: datetime
    outcome: str
    why: str | None
    detail: str | None
    sentence: Reason | None


def endpoint_state(at: datetime, told: str) -> EndpointState:
    """From an outcome as it is kept: `accepted`, `later:<why>` or `never:<why>:<detail>`."""
    outcome, _, reason = told.partition(":")
    why, _, detail = reason.partition(":")
    return EndpointState(at=at, outcome=outcome, why=why or None, detail=detail or None, sentence=reasons().get(why))


_ACCEPTED = say("diterima oleh server penerima")


def attempt_text(told: str) -> Text:
    """What became of an attempt, from an outcome as it is kept, in the words that a page shows."""
    sentence = reasons().get(told.partition(":")[2].partition(":")[0])
    return (sentence.id, sentence.en) if sentence else _ACCEPTED
