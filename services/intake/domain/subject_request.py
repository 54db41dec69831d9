"""What a person may ask of their own data: a copy, a correction, that it rests, or that they object. Each is answered within 3 × 24 hours (UU PDP,
articles 30, 32, 40 and 41), and the answer is confirmed to whoever asked.

One stream a person, `subject-<person>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.retelling import retold
from shared.sealed import ContactText

Right = Literal["access", "rectification", "restriction", "objection"]
Outcome = Literal["done", "partly", "refused"]
RefusedFor = Literal["law", "safety-of-others", "not-this-person", "not-ours"]
"""Grounds that the law leaves (UU PDP, articles 33 and 41): another law, somebody's safety, no proof of who asks, another's record."""

DUE = timedelta(hours=72)

# commands ----------------------------------------------------------------------------------------------------------


class Ask(Fact):
    """by: who wrote it down. asker: the person themself, or a guardian. words: what they ask, sealed under the person's own key."""

    request: str
    person: str
    right: Right
    asker: Literal["student", "guardian", "staff"]
    words: ContactText | None
    by: str
    at: AwareDatetime


class Answer(Fact):
    """refused_for: with a refusal, and with one in part."""

    request: str
    outcome: Outcome
    refused_for: RefusedFor | None
    by: str
    at: AwareDatetime


Command = Ask | Answer

# events ------------------------------------------------------------------------------------------------------------


class SubjectAsked(Event):
    type: Literal["subject-asked"] = "subject-asked"
    version: Literal[1] = 1
    request: str
    person: str
    right: Right
    asker: Literal["student", "guardian", "staff"]
    words: ContactText | None
    by: str
    at: AwareDatetime
    due: AwareDatetime


class SubjectAnswered(Event):
    type: Literal["subject-answered"] = "subject-answered"
    version: Literal[1] = 1
    request: str
    person: str
    outcome: Outcome
    refused_for: RefusedFor | None
    by: str
    at: AwareDatetime


SubjectEvent = SubjectAsked | SubjectAnswered

# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requests:
    """By their ids, in order. answered: the last answer to each."""

    asked: Mapping[str, SubjectAsked] = field(default_factory=dict)
    answered: Mapping[str, SubjectAnswered] = field(default_factory=dict)

    @property
    def rests(self) -> bool:
        """Whether the person's data rests: a restriction was asked for and granted."""
        return any(self.asked[key].right == "restriction" and each.outcome != "refused" for key, each in self.answered.items())


initial = Requests()


def evolve(requests: Requests, event: SubjectEvent) -> Requests:
    match event:
        case SubjectAsked():
            return Requests({**requests.asked, event.request: event}, requests.answered)
        case SubjectAnswered():
            return Requests(requests.asked, {**requests.answered, event.request: event})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchRequest(Refused):
    code = "no-such-request"
    status = 404
    indonesian = "Tidak ada permintaan dengan nomor ini."
    english = "There is no request of this id."


class AnsweredAlready(Refused):
    code = "answered-already"
    indonesian = "Permintaan ini sudah dijawab."
    english = "This request was answered already."


class GroundNeeded(Refused):
    code = "ground-needed"
    status = 422
    indonesian = "Penolakan memerlukan alasan menurut undang-undang; jawaban penuh tidak memakai alasan."
    english = "A refusal needs a ground of the law; a whole answer has none."


def decide(command: Command, requests: Requests) -> Sequence[SubjectEvent]:
    match command:
        case Ask():
            if command.request in requests.asked:
                return []
            return [retold(SubjectAsked, command, due=command.at + DUE)]
        case Answer():
            return _answer(command, requests)
        case _:
            assert_never(command)


def _answer(command: Answer, requests: Requests) -> Sequence[SubjectEvent]:
    asked = requests.asked.get(command.request)
    if asked is None:
        raise NoSuchRequest
    if (command.outcome == "done") != (command.refused_for is None):
        raise GroundNeeded
    answer = retold(SubjectAnswered, command, person=asked.person)
    before = requests.answered.get(command.request)
    if before is None:
        return [answer]
    if before.model_copy(update={"at": answer.at}) != answer:
        raise AnsweredAlready
    return []


SUBJECT: Decider[Command, Requests, SubjectEvent] = Decider(initial, decide, evolve, EventCodec(SubjectAsked, SubjectAnswered))


def subject_stream(person: str) -> str:
    return f"subject-{person}"
