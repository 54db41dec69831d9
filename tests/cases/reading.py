"""Readers who look at every list and report of cases again and again, and the comparison of what they got with a fold of the store."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.message import Recorded
from shared.running import ended
from shared.testing import eventually
from tests.cases.desk import Desk, School
from tests.cases.folded import Asker, Folded

LISTS = ("today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "ladder")
PATHS = ("cases", "reports/monthly", *(f"lists/{name}" for name in LISTS))
JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Answer:
    """What somebody was told, and the heads of the store before they asked and after they were answered."""

    who: Asker
    path: str
    asked: int
    answered: int
    told: object


@dataclass
class Reader:
    """One person who reads. statuses: of all answers."""

    desk: Desk
    school: School
    who: Asker
    answers: list[Answer] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)

    async def read(self, path: str) -> None:
        role = "coordinator" if self.who.coordinator else "counsellor"
        query = {"school": self.school.id, "month": datetime.now(JAKARTA).strftime("%Y-%m")} if path.startswith("reports") else {}
        asked = await self.desk.kernel.store.head()
        answer = await self.desk.get(path, self.desk.who(self.who.person, role, self.school.id), **query)
        self.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            self.answers.append(Answer(self.who, path, asked, await self.desk.kernel.store.head(), _plain(path, answer.json())))
        else:
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text

    async def run(self) -> None:
        while True:
            for path in PATHS:
                await self.read(path)


def _plain(path: str, told: dict) -> object:
    if path == "reports/monthly":
        levels = sum(told["urgency"].values())
        return {"new": told["cases"]["new"], "levels": levels, "answered": told["services"]["teacher-collaboration"]}
    assert told["next"] is None, "the test has fewer rows than a page"
    if path in ("cases", "lists/unidentified"):
        return [(row["id"], row["state"], row["urgency"], row["student"], row["version"]) for row in told["items"]]
    return [(row["case"], row["key"], row["step"]) for row in told["items"]]


@dataclass
class Readers:
    """Several of them, who read as long as they are asked to."""

    readers: list[Reader]
    _reading: list[asyncio.Task] = field(default_factory=list)

    def start(self) -> None:
        self._reading = [asyncio.create_task(reader.run()) for reader in self.readers]

    async def stop(self) -> None:
        for task in self._reading:
            if task.done():
                task.result()
            await ended(task)

    @property
    def statuses(self) -> Counter:
        return sum((reader.statuses for reader in self.readers), Counter())

    async def have_read(self, rounds: int) -> None:
        """Each has looked at everything so often."""

        async def often() -> bool:
            failed = [task.exception() for task in self._reading if task.done()]
            assert not failed
            return all(len(reader.answers) >= rounds * len(PATHS) for reader in self.readers)

        await eventually(often, within=60)

    async def wrong(self) -> list[Answer]:
        """Answers that the store did not have at any position between the question and the answer."""
        events = await self.readers[0].desk.kernel.store.read_after(0, limit=100_000)
        return unlike(events, [answer for reader in self.readers for answer in reader.answers])


def unlike(events: list[Recorded], answers: list[Answer]) -> list[Answer]:
    now = datetime.now(UTC)
    midnight = datetime.combine((now.astimezone(JAKARTA) + timedelta(days=1)).date(), time(), JAKARTA)
    folded, waiting = Folded(now, midnight), sorted(answers, key=lambda answer: answer.asked)
    open_, wrong = [], []
    for position, event in enumerate([None, *events]):
        if event:
            folded.apply(event)
        while waiting and waiting[0].asked <= position:
            open_.append(waiting.pop(0))
        open_ = [answer for answer in open_ if folded.says(answer.path, answer.who) != answer.told]
        wrong += [answer for answer in open_ if answer.answered <= position]
        open_ = [answer for answer in open_ if answer.answered > position]
    return wrong + open_ + waiting
