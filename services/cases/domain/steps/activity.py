"""What an activity of a strategy is: the command of a step, the event that keeps it, what is known of one activity, who may read it.

The rows that a strategy's file writes are in `strategy.py`, the walking of them in `table.py`, the endings that all activities know in `endings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled
from shared.errors import Refused

Field = Literal["personal", "social", "learning", "career"]
"""The four fields of guidance: pribadi, sosial, belajar, karier."""


class ActivityCommand(Command):
    """A step of one activity."""

    activity: str


class BeginActivity(ActivityCommand):
    """The step that begins an activity: its id is a fresh one."""

    activity: Annotated[str, Filled("fresh-id", "activity")]


class ActivityEvent(ActEvent):
    """A step that was taken."""

    activity: str


class Part(BaseModel):
    """A value inside a command or event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read what the steps of an activity say (domain.md, The nine strategies).

    people: by id, besides those below. owner: whoever goes on with the activity. holders: whoever reads its case whole; where it stands without a
    case, whoever of the school may open it. second_person: breaking the glass opens it only when another person confirmed.
    """

    people: frozenset[str] = frozenset()
    owner: bool = True
    holders: bool = True
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity. owner: who goes on with it. audience: who may read it now. ended: no step follows.

    rests: it is not ended, but its case may be closed over it.
    """

    activity: str
    strategy: str
    state: str
    owner: str
    events: tuple[ActivityEvent, ...] = ()
    audience: Audience = Audience()
    ended: bool = False
    rests: bool = False

    @property
    def version(self) -> int:
        """How many steps it has taken."""
        return len(self.events)

    def all(self, kind: type[E]) -> list[E]:
        """Its events of one kind, in order."""
        return [event for event in self.events if type(event) is kind]

    def last(self, kind: type[E]) -> E | None:
        """Its newest event of one kind."""
        found = self.all(kind)
        return found[-1] if found else None


E = TypeVar("E", bound=ActivityEvent)
Activities = Mapping[str, Activity]


@dataclass(frozen=True, slots=True)
class Expected:
    """Something that must happen. key: of the deadline, unique in its case. what: its code. due: until when. owner: who is to do it.

    begins: the strategy that brings it about, by an activity that is under way or that began since `proposed`.
    """

    key: str
    what: str
    due: datetime
    owner: str | None
    begins: str | None = None
    proposed: datetime | None = None


# refusals ----------------------------------------------------------------------------------------------------------


class NoSuchActivity(Refused):
    code = "no-such-activity"
    status = 404
    indonesian = "Kegiatan ini tidak ada pada kasus ini."
    english = "This case has no such activity."


class WrongMoment(Refused):
    code = "wrong-moment"
    indonesian = "Langkah ini tidak dapat dilakukan pada tahap kegiatan sekarang."
    english = "This step cannot be taken at the activity's present stage."


class ActivityEnded(Refused):
    code = "activity-ended"
    indonesian = "Kegiatan ini sudah berakhir."
    english = "This activity has ended."


class PersonInConflict(Refused):
    code = "person-in-conflict"
    indonesian = "Orang ini disebut dalam laporan atau sedang dinonaktifkan dari kasus ini."
    english = "This person is named in a concern, or suspended from this case."
