"""Asking everybody who may have a duty: what forbids an erasure, and what would end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.domain.concern import CONCERN
from services.intake.domain.erasure import ERASURE, ErasureRequested, Hold, Kept, OwnedKey, erasure_stream
from services.intake.domain.retention import ALL, Life, Schedule, Whose, due, still_kept, without
from services.intake.domain.roster import ROSTER, Entry
from services.intake.erasure.view import Erasures
from services.intake.views import Directory
from shared.decider import load
from shared.erasing import Answer, Asked, NamedPart
from shared.sealed import Erased, Purpose
from shared.service import Kernel

ROSTER_DUTY = "roster"
"""What keeps the name and the contacts of somebody who is at a school: the roster is not ours to end."""

_OF_THE_ROSTER: tuple[Purpose, ...] = ("identity", "contact", "sign-in")


@dataclass(frozen=True, slots=True)
class Found:
    """What an erasure would come to. holds: with any, nothing ends."""

    holds: tuple[Hold, ...]
    keys: tuple[OwnedKey, ...]
    kept: tuple[Kept, ...]
    cases: tuple[str, ...]
    concerns: tuple[str, ...]
    mentions: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """cases, notifications: the siblings' own parts in it. schedule: of the district."""

    kernel: Kernel
    directory: Directory
    erasures: Erasures
    schedule: Schedule
    cases: NamedPart
    notifications: NamedPart

    async def look(self, asked: ErasureRequested, *, dry: bool) -> Found:
        """Asks every service. dry: nothing is kept, so another answer may follow. Raises: Unavailable."""
        body = Asked(erasure=asked.erasure, person=asked.person, only_notes=asked.scope == "counselling-notes", dry=dry)
        of_cases = await self.cases.claim(body)
        of_messages = await self.notifications.claim(body.model_copy(update={"cases": of_cases.cases}))
        entry = (await load(self.kernel.store, ROSTER, f"person-{asked.person}")).state
        kept = await self._kept(asked, entry, weighty=of_cases.weighty)
        ending = self._ending(asked, kept, await self.life(asked.person, entry))
        holds = [*self._holds("cases", of_cases), *self._holds("notifications", of_messages), *await self._own_holds(asked)]
        concerns = [each for each in of_cases.concerns if "concern" in ending and await self._is_last(each, asked.person)]
        owners = (asked.person, *of_cases.owners)
        keys = [OwnedKey(owner=owner, purpose=purpose) for purpose in ending for owner in owners]
        keys += [OwnedKey(owner=f"concern-{concern}", purpose="concern") for concern in concerns]
        stays = tuple(each for each in kept if each.purpose not in ending)
        return Found(tuple(holds), tuple(keys), stays, of_cases.cases, tuple(concerns), of_cases.mentions)

    async def release(self, asked: ErasureRequested) -> None:
        """It came to nothing: what was agreed to counts no more. Raises: Unavailable."""
        for sibling in (self.cases, self.notifications):
            await sibling.release(Asked(erasure=asked.erasure, person=asked.person))

    async def life(self, person: str, entry: Entry) -> Life | None:
        """What the archive schedule asks of somebody. None: the roster never had them, or does not know their school. Raises: Unavailable."""
        known = await self.erasures.person(person)
        if known is None or entry.person is None:
            return None
        born = await self.kernel.vault.open(entry.person.born) if entry.person.born else ""
        levels = {each["school"]: each["level"] for each in await self.directory.schools()}
        whose: Whose = entry.person.kind
        return Life(whose, levels.get(known.school) or "other", known.left_at.date() if known.left_at else None, _day(born))

    async def _kept(self, asked: ErasureRequested, entry: Entry, *, weighty: bool) -> Sequence[Kept]:
        """What should never have been kept ends at once, unless it may be evidence: one person alone does not set the schedule aside then."""
        if asked.ground == "unlawful" and not weighty:
            return ()
        life = await self.life(asked.person, entry)
        kept = list(still_kept(self.schedule, life, asked.at.date())) if life else []
        known = {each.purpose for each in kept}
        return [*kept, *(Kept(purpose=each, until=None, rule=ROSTER_DUTY) for each in _OF_THE_ROSTER if entry.present and each not in known)]

    def _ending(self, asked: ErasureRequested, kept: Sequence[Kept], life: Life | None) -> tuple[Purpose, ...]:
        if asked.scope == "counselling-notes":
            return without(("counselling",), kept)
        if asked.ground == "retention-over":
            return without(due(self.schedule, life, asked.at.date()) if life else (), kept)
        return without(ALL, kept)

    def _holds(self, service: str, answer: Answer) -> Sequence[Hold]:
        return [Hold.model_validate({"service": service, **each.model_dump()}) for each in answer.obstacles]

    async def _own_holds(self, asked: ErasureRequested) -> Sequence[Hold]:
        """Whoever works in the district keeps the account and the name that stands under what they do."""
        posts = (await self.kernel.posts.of(asked.person)).posts
        serves = any(post.role not in ("student", "guardian") for post in posts)
        return [Hold(service="intake", what="in-service", about=asked.person)] if serves else []

    async def _is_last(self, concern: str, person: str) -> bool:
        """A concern's own key ends with the last student whom it names; one whom nobody has identified is somebody else."""
        told = (await load(self.kernel.store, CONCERN, f"concern-{concern}")).state
        unnamed = sum(each.student is None for each in told.raised)
        if unnamed > (0 if person in told.identified else 1):
            return False
        return all([await self._has_ended(each) for each in told.identified if each != person])

    async def _has_ended(self, student: str) -> bool:
        state = (await load(self.kernel.store, ERASURE, erasure_stream(student))).state
        return state.has_ended(student, "concern")


def _day(born: str | Erased) -> date | None:
    try:
        return date.fromisoformat(born) if isinstance(born, str) and born else None
    except ValueError:
        return None
