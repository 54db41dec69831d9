"""What no event names goes after a day; what one names is never touched, whatever happened in between (ADR 69)."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attachments.sweeping import UNNAMED_FOR, Sweep
from shared.clock import FixedClock
from shared.errors import HistoryBroken
from shared.sealed import Sealed

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


class Events:
    """`Telling`: the files that events name so far. What begins with `damaged` cannot be read."""

    def __init__(self, *named: str) -> None:
        self.named = set(named)

    async def names(self, attachment: str, _owner: str) -> bool:
        if attachment.startswith("damaged"):
            raise HistoryBroken("a stream of this test")
        return attachment in self.named

    async def key(self, _attachment: str, _owner: str) -> Sealed | None:
        return None


class Files:
    """`Unsettled` in a dictionary: since when each was seen without an event."""

    def __init__(self, *attachments: str) -> None:
        self.unnamed: dict[str, datetime | None] = dict.fromkeys(attachments)
        self.settled: set[str] = set()

    async def unsettled(self, most: int, after: str) -> list[tuple[str, str]]:
        return [(each, "owner") for each in sorted(self.unnamed) if each > after and each not in self.settled][:most]

    async def settle(self, attachment: str) -> None:
        self.settled.add(attachment)

    async def drop_unnamed(self, attachment: str, now: datetime, since: datetime) -> bool:
        self.unnamed[attachment] = known = self.unnamed[attachment] or now
        if known > since:
            return False
        del self.unnamed[attachment]
        return True


async def test_a_file_without_an_event_goes_a_day_after_that_was_seen():
    files, clock = Files("cut-off", "named"), FixedClock(NOW)
    sweep = Sweep(Events("named"), files, clock)
    found = []
    for passed in (timedelta(), UNNAMED_FOR - timedelta(seconds=1), UNNAMED_FOR, 2 * UNNAMED_FOR):
        clock.moment = NOW + passed
        found.append((await sweep.look(), sorted(files.unnamed)))
    assert found == [(0, ["cut-off", "named"]), (0, ["cut-off", "named"]), (1, ["named"]), (0, ["named"])]
    assert files.unnamed["named"] is None  # of a file that is somebody's no time is kept


async def test_what_cannot_be_read_stays_and_keeps_nothing_behind_it():
    files, clock = Files(*(f"damaged-{place:03}" for place in range(120)), "zz"), FixedClock(NOW)
    sweep = Sweep(Events(), files, clock)
    for days in range(8):
        clock.moment = NOW + days * UNNAMED_FOR
        await sweep.look()
    assert sorted(files.unnamed) == [f"damaged-{place:03}" for place in range(120)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.integers(0, 90_000)), max_size=40))
def test_nothing_that_was_named_within_a_day_is_ever_swept(steps):
    """Files come, events follow at any moment within the day, looks happen at any moment."""
    anyio.run(_played, steps)


async def _played(steps: list[tuple[str, bool, int]]) -> None:
    files, events, clock, came = Files(), Events(), FixedClock(NOW), dict[str, datetime]()
    sweep = Sweep(events, files, clock)
    for name, told, seconds in steps:
        clock.moment += timedelta(seconds=seconds)
        if name not in came:
            came[name], files.unnamed[name] = clock.moment, None
        if told and clock.moment - came[name] < UNNAMED_FOR:
            events.named.add(name)
        await sweep.look()
        assert events.named <= set(files.unnamed)
