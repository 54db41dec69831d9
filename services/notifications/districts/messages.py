"""What two districts say to each other, as CloudEvents 1.0 in structured JSON. Nothing else of either gets to the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from shared.typed import AS_TYPED, When

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Subject = Annotated[str, StringConstraints(max_length=110, pattern=r"^tasks/[A-Za-z0-9_-]+$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AS_TYPED]
Code = Annotated[str, StringConstraints(max_length=100)]

ANSWERED: Literal["id.tanggap.arrival.answered.v1"] = "id.tanggap.arrival.answered.v1"
CANCEL_ASKED: Literal["id.tanggap.referral.cancel-asked.v1"] = "id.tanggap.referral.cancel-asked.v1"
PACKAGE_WANTED: Literal["id.tanggap.referral.package-wanted.v1"] = "id.tanggap.referral.package-wanted.v1"
SAID_WANTED: Literal["id.tanggap.referral.said-wanted.v1"] = "id.tanggap.referral.said-wanted.v1"


class _Said(BaseModel):
    """Whatever a later release adds is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Message(_Said):
    id: Id
    subject: Subject

    @property
    def task(self) -> str:
        """The sender's id of the referral."""
        return self.subject.removeprefix("tasks/")


class RequestedData(_Said):
    priority: Literal["routine", "urgent", "stat"]
    purpose: Literal["referral", "transfer"] = "referral"
    respond_by: When


class Requested(_Message):
    """A referral: what every agency's webhook hears."""

    type: Literal["id.tanggap.referral.requested.v1"]
    data: RequestedData


class CancelAsked(_Message):
    type: Literal["id.tanggap.referral.cancel-asked.v1"]


class SaidAnswer(_Said):
    """One answer, by the table of every referral. reason: also one that only a later release there knows.

    at: also one that nobody means. A message that is refused for either would be refused for ever (ADR 96).
    """

    id: Id
    trigger: Code
    reason: Code | None = None
    words: Words | None = None
    at: AwareDatetime | None = None


class AnsweredData(_Said):
    answers: Annotated[tuple[SaidAnswer, ...], Field(min_length=1, max_length=500)]


class Answered(_Message):
    """Every answer up to this one, in order: so none is lost where one message overtakes another."""

    type: Literal["id.tanggap.arrival.answered.v1"]
    data: AnsweredData


class SchoolAnswered(_Message):
    """The sender's school answered a question: what every agency's webhook hears."""

    type: Literal["id.tanggap.referral.answered.v1"]


class PackageWanted(_Message):
    """The answer to it holds what is disclosed."""

    type: Literal["id.tanggap.referral.package-wanted.v1"]


class SaidWanted(_Message):
    """The answer to it holds what the sender's school answered to our questions."""

    type: Literal["id.tanggap.referral.said-wanted.v1"]


Known = Requested | CancelAsked | Answered | SchoolAnswered | PackageWanted | SaidWanted
MESSAGE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="type")])


class Package(_Said):
    """The answer to `PackageWanted`. cautions: of a case that comes with it; a code that we do not know says to be careful all the same."""

    package: Words
    cautions: Annotated[tuple[Code, ...], Field(max_length=20)] = ()


class SchoolSaid(_Said):
    """The answer to `SaidWanted`, in order."""

    said: tuple[Words, ...]


def message(origin: str, kind: str, identifier: str, task: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The body of a message; the same bytes at every attempt."""
    told = {
        "specversion": "1.0", "id": identifier, "source": origin, "type": kind, "subject": f"tasks/{task}", "time": at.isoformat(),
        "datacontenttype": "application/json", "dataclassification": "restricted", "data": data,
    }  # fmt: skip
    return orjson.dumps(told)


def answers_data(answers: Sequence[SaidAnswer]) -> dict[str, Any]:
    """What `Answered` says."""
    return AnsweredData(answers=tuple(answers)).model_dump(mode="json", exclude_none=True)
