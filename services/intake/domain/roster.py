"""People and schools as the roster has them, and who was appointed by the district. Registering a person again without a change decides nothing.

`digest` is a keyed hash of the normalised row. It shows whether a row has changed, without keeping the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    OLDER,
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    Post,
    SchoolRegistered,
)
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

# commands ----------------------------------------------------------------------------------------------------------


class RegisterSchool(Fact):
    school: SchoolRegistered


class RegisterPerson(Fact):
    """A row of the roster, with its personal fields sealed."""

    person: PersonRegistered
    digest: str


class KeepRow(Fact):
    """The row is the one that is known; only its digest is made in another way now."""

    digest: str


class LetGo(Fact):
    """The person is no longer in the roster."""

    person: str
    school: str


class Appoint(Fact):
    """The district gives somebody a post. With name and contacts, sealed, if they stand in no roster."""

    told: PersonAppointed


class Dismiss(Fact):
    """An appointment ends."""

    person: str
    post: Post


class Suspend(Fact):
    """Somebody may do nothing any more, until they are reinstated."""

    person: str


class Reinstate(Fact):
    """A suspension ends."""

    person: str


Command = RegisterSchool | RegisterPerson | KeepRow | LetGo | Appoint | Dismiss | Suspend | Reinstate


# events ------------------------------------------------------------------------------------------------------------


class RosterRowKept(Event):
    """A keyed hash of the row that the registration came from."""

    type: Literal["roster-row-kept"] = "roster-row-kept"
    version: Literal[1] = 1
    digest: str


RosterEvent = (
    SchoolRegistered | PersonRegistered | PersonLeft | RosterRowKept | PersonAppointed | PersonDismissed | PersonSuspended | PersonReinstated
)


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One school or person. person: as the roster told them last. present: in the roster. appointed, dismissed: posts that the district gave, and
    those that it took back.
    """

    school: SchoolRegistered | None = None
    person: PersonRegistered | None = None
    digest: str | None = None
    present: bool = False
    appointed: frozenset[Post] = frozenset()
    dismissed: frozenset[Post] = frozenset()
    suspended: bool = False

    @property
    def known(self) -> bool:
        """There is such a person."""
        return self.present or bool(self.appointed)


initial = Entry()


def evolve(entry: Entry, event: RosterEvent) -> Entry:
    match event:
        case SchoolRegistered():
            return replace(entry, school=event, present=True)
        case PersonRegistered():
            return replace(entry, person=event, present=True)
        case RosterRowKept():
            return replace(entry, digest=event.digest)
        case PersonLeft():
            return replace(entry, present=False, digest=None)
        case PersonAppointed(post=post):
            return replace(entry, appointed=entry.appointed | {post}, dismissed=entry.dismissed - {post})
        case PersonDismissed(post=post):
            return replace(entry, appointed=entry.appointed - {post}, dismissed=entry.dismissed | {post})
        case PersonSuspended() | PersonReinstated():
            return replace(entry, suspended=isinstance(event, PersonSuspended))
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class PostDoesNotFit(Refused):
    code = "post-does-not-fit"
    status = 422
    indonesian = "Peran dan tempat berlakunya tidak cocok: pejabat dinas untuk satu jenis sekolah; piket, auditor, dan administrator untuk seluruh kabupaten; peran lain untuk satu sekolah."  # noqa: E501 - one sentence
    english = "The role does not hold there: an officer has a kind of schools; duty, auditor and administrator the whole district; others one school."


class NameNeeded(Refused):
    code = "name-needed"
    status = 422
    indonesian = "Orang ini tidak ada di data induk. Sebutkan namanya."
    english = "This person stands in no roster. Say the name."


class NotAppointed(Refused):
    code = "not-appointed"
    indonesian = "Orang ini tidak diangkat untuk peran itu di sana."
    english = "This person was not appointed to that post."


class NobodyOfThisId(Refused):
    code = "nobody-of-this-id"
    status = 404
    indonesian = "Tidak ada orang dengan id ini."
    english = "There is nobody of this id."


_WHOLE_DISTRICT = frozenset({"district-duty", "auditor", "system-administrator"})


def fits(post: Post) -> bool:
    """Whether the role can hold there (domain.md, People come and go): an empty list of schools is nobody's district."""
    if post.role in ("student", "guardian"):
        return False
    if post.role == "district-officer":
        return post.school is None and post.kind is not None
    if post.role in _WHOLE_DISTRICT:
        return post.school is None and post.kind is None
    return post.school is not None and post.kind is None


def decide(command: Command, entry: Entry) -> Sequence[RosterEvent]:
    match command:
        case RegisterSchool():
            return [] if entry.school == command.school else [command.school]
        case RegisterPerson():
            return [] if entry.digest == command.digest else [*_carried_over(entry), command.person, RosterRowKept(digest=command.digest)]
        case KeepRow(digest=digest):
            return [RosterRowKept(digest=digest)] if entry.present and entry.digest != digest else []
        case LetGo():
            return [*_carried_over(entry), PersonLeft(person=command.person, school=command.school)] if entry.present else []
        case Appoint(told=told):
            return _appoint(told, entry)
        case Dismiss():
            return _dismiss(command, entry)
        case Suspend(person=person):
            _require_known(entry)
            return [] if entry.suspended else [PersonSuspended(person=person)]
        case Reinstate(person=person):
            _require_known(entry)
            return [PersonReinstated(person=person)] if entry.suspended else []
        case _:
            assert_never(command)


def _inherited(entry: Entry) -> frozenset[Post]:
    """Posts in the whole district, which rosters of the first release gave."""
    if entry.person is None or not entry.present:
        return frozenset()
    return frozenset(post for post in entry.person.posts if post.school is None) - entry.dismissed


def _carried_over(entry: Entry) -> Sequence[PersonAppointed]:
    """No import takes away what the district's people inherited: these are appointments from now on."""
    told = entry.person
    held = sorted(_inherited(entry) - entry.appointed, key=lambda post: post.role) if told else []
    return [PersonAppointed(person=told.person, post=post, name=told.name, email=told.email, phone=told.phone) for post in held if told]


def _appoint(told: PersonAppointed, entry: Entry) -> Sequence[RosterEvent]:
    if not fits(told.post):
        raise PostDoesNotFit
    if not entry.known and told.name is None:
        raise NameNeeded
    return [] if told.post in entry.appointed else [told]


def _dismiss(command: Dismiss, entry: Entry) -> Sequence[RosterEvent]:
    if command.post not in entry.appointed | entry.dismissed | _inherited(entry):
        raise NotAppointed
    if command.post in entry.dismissed:
        return []
    return [*_carried_over(entry), PersonDismissed(person=command.person, post=command.post)]


def _require_known(entry: Entry) -> None:
    if not entry.known:
        raise NobodyOfThisId


ROSTER: Decider[Command, Entry, RosterEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        SchoolRegistered,
        PersonRegistered,
        PersonLeft,
        RosterRowKept,
        PersonAppointed,
        PersonDismissed,
        PersonSuspended,
        PersonReinstated,
        upcasters=OLDER,
    ),
)
