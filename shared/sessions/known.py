"""Which sessions hold, as this process knows it: never from longer ago than a second (ADR 30).

The owner is asked at most once a second, for everything that ended since and for the sessions that are new here. While it does not answer, what this
service kept may be read with for ten minutes, and nothing else.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta

from shared.clock import Clock
from shared.errors import Unavailable
from shared.eventstore.batching import Batcher
from shared.sessions.session import LastResort, Session, Word

BEHIND = 1.0
"""Seconds after which the owner is asked again: an ending holds everywhere a second after it was acknowledged."""

ALONE = timedelta(minutes=10)
"""How long after the owner's last word a session may read while the owner does not answer."""

MOST = 20_000
"""Sessions that are remembered at once."""

AT_ONCE = 200
"""Sessions in one question."""

_SILENT = 0.5
"""Seconds in which an owner that did not answer is not asked again: whoever reads need not wait for it in turn."""


class KnownSessions:
    """The look-up. last_resort: None for the owner itself, which can do nothing without its own store. ticks: seconds that only grow."""

    def __init__(self, word: Word, clock: Clock, last_resort: LastResort | None = None, ticks: Callable[[], float] = time.monotonic) -> None:
        self._word, self._clock, self._last_resort, self._ticks = word, clock, last_resort, ticks
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._position: int | None = None
        self._changes = 0
        self._asked_at, self._silent_since = -BEHIND, -_SILENT
        self._heard_at = clock.now() - ALONE
        self._used_at = -BEHIND
        self._asking: Batcher[str, Session | None] = Batcher(self._ask, most=AT_ONCE)

    async def of(self, session: str, *, reading: bool) -> Session | None:
        """The session, None where none of this id holds now. reading: nothing is to be changed.

        Raises: Unavailable: the owner does not answer, and the session is not known here or is to do more than read.
        """
        self._used_at = self._ticks()
        known = self._known.get(session)
        if known and self.is_fresh():
            return known
        try:
            return await self._asking.submit(session)
        except Unavailable:
            if self._last_resort is None or not reading:
                raise
            return await self._kept(session, self._last_resort)

    def is_fresh(self) -> bool:
        """Whether the owner's last word is still good."""
        return self._ticks() - self._asked_at < BEHIND

    def is_in_use(self, within: float) -> bool:
        """Whether somebody asked within so many seconds."""
        return self._ticks() - self._used_at < within

    async def catch_up(self) -> None:
        """Asks the owner what has ended since. Raises: Unavailable."""
        await self._asking.submit("")

    def forget(self, *sessions: str) -> None:
        """These have changed or ended: who asks next asks the owner."""
        self._changes += 1
        for session in sessions:
            self._known.pop(session, None)

    async def _ask(self, sessions: Sequence[str]) -> Sequence[Session | BaseException | None]:
        if self._ticks() - self._silent_since < _SILENT:
            raise Unavailable("intake does not answer: who is signed in cannot be looked up; try again")
        wanted, asked_at, clock_at = sorted({each for each in sessions if each}), self._ticks(), self._clock.now()
        changes = self._changes
        try:
            told = await self._word.look(self._position, wanted)
        except Unavailable:
            self._silent_since = self._ticks()
            raise
        unchanged = changes == self._changes  # else the answer may be from before: whoever asks next asks again
        self._take_out(told.ended)
        self._position, self._asked_at, self._heard_at = told.position, asked_at, clock_at
        for session in wanted:
            self._remember(session, told.sessions.get(session) if unchanged else None)
        return [told.sessions.get(each) for each in sessions]

    def _take_out(self, ended: frozenset[str] | None) -> None:
        if ended is None:
            self._known.clear()
        else:
            self.forget(*ended)

    def _remember(self, session: str, found: Session | None) -> None:
        self.forget(session)
        if found is not None:
            self._known[session] = found
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    async def _kept(self, session: str, last_resort: LastResort) -> Session | None:
        """Also what this process knows is looked for in the table: another process may have been told of its end.

        Of a session that nobody here has heard of nobody can tell: it may have begun a moment ago, while this service was starting.
        """
        kept = await last_resort.of(session)
        if kept is None:
            self.forget(session)
            raise Unavailable("intake does not answer, and this session is not known here yet; try again")
        if kept.session is None:
            self.forget(session)
            return None
        heard_at = max(kept.heard_at, self._heard_at) if session in self._known else kept.heard_at
        if abs(self._clock.now() - heard_at) > ALONE:  # a word from the future: the clock was set back, and nobody knows how old it is
            raise Unavailable("intake has not answered for ten minutes: nobody can tell whether this session still holds; try again")
        return self._known.get(session, kept.session)
