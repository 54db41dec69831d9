"""What an event tells others: who of the staff hears of it, who outside received something by it, what the reports count of it, which official
document it completes. A strategy says this beside its steps; everything that acts on it walks these data and knows no strategy by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from services.cases.domain.steps.activity import Activity
from shared.events import StaffMessage
from shared.message import Event

E = TypeVar("E", bound=Event)

Receiver = Literal["agency", "teacher", "guardian", "attendee", "office", "police"]
"""The kinds of receivers in the disclosure ledger."""


@dataclass(frozen=True, slots=True)
class Notice(Generic[E]):
    """A mail that says only that something waits (domain.md, The nine strategies, Who is told).

    to: ids, from the event and from the activity as it was before it, None for what is no activity or only begins. Whoever acted and whoever is
    named in the case is left out.
    """

    message: StaffMessage
    to: Callable[[E, Activity | None], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Given:
    """Something that somebody received. disclosure: its id in the ledger. receiver: of which kind; to: who."""

    disclosure: str
    receiver: Receiver
    to: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What the reports keep of an event. codes: its fields with codes, ids or numbers; a text that is sealed is never among them.

    size_of: a field of which they keep only how many things it holds. service: the service of the reports that is given by this event.
    """

    codes: tuple[str, ...] = ()
    size_of: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Tells(Generic[E]):
    """What one event tells. discloses: what was received by it. counts: what the reports keep of it, None where they keep nothing."""

    notice: Notice[E] | None = None
    discloses: Callable[[E], Iterable[Given]] | None = None
    counts: Counts | None = None


NOTHING: Tells[Event] = Tells()


def counted(*codes: str, service: str | None = None) -> Tells[Any]:
    """An event that is only counted."""
    return Tells(counts=Counts(codes, service=service))


def to_owner(_: Event, activity: Activity | None) -> Iterable[str]:
    """The receiver of a notice: whoever goes on with the activity."""
    return (activity.owner,) if activity else ()


def _always(_: Event) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Document(Generic[E]):
    """An official document. name: its stable code. indonesian, english: its title.

    at: the event that completes it; also: others that do so. applies: whether this very event does. number: the field with a number that somebody
    gave it; replaces: the field with the number of the one whose place it takes. whole: it is about the case as it stands, from that event on.
    What stands in it says its model (`services/cases/letters/kinds.py`).
    """

    name: str
    indonesian: str
    english: str
    at: type[E]
    applies: Callable[[E], bool] = _always
    also: tuple[type[Event], ...] = ()
    number: str = ""
    replaces: str = ""
    whole: bool = False

    @property
    def always(self) -> bool:
        """Every such event completes it."""
        return self.applies is _always


class Described(Protocol):
    """A strategy, or another part of the work, that says everything about itself.

    name: of its words file, too. tells: its events, each with what it tells. awaits: the codes of what it expects. documents: that its events
    complete. subject: the field by which its events belong together.
    """

    def __hash__(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def tells(self) -> Mapping[type[Event], Tells[Any]]: ...
    @property
    def awaits(self) -> Sequence[str]: ...
    @property
    def documents(self) -> Sequence[Document[Any]]: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class Chapter:
    """A part of the work that is no table of an activity's steps: groups, referrals to agencies, the case itself."""

    name: str
    tells: Mapping[type[Event], Tells[Any]]
    awaits: tuple[str, ...]
    documents: tuple[Document[Any], ...]
    subject: str
