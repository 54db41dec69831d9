"""A district that is down for an hour, in virtual time: what two districts say to each other arrives once and in order, in both directions (ADR 66).

The deciders, the schedule of attempts and the signed message's content are the real ones. Only the wire, the outage and the clock are played.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest

from services.notifications.districts.messages import MESSAGE, Answered, SaidAnswer, answers_data, message
from services.notifications.domain.arrival import (
    ARRIVAL,
    Announce,
    Answer,
    ArrivalAnnounced,
    ArrivalAnswered,
    ArrivalUndelivered,
    NoteAttempt,
    NoteConcern,
    PassOn,
)
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.task import TASK, RequestTask, silence
from services.notifications.domain.task.moving import Move
from services.notifications.patience import Waiting, settled
from shared.events import TaskMoved, TaskUnanswered
from shared.settings import Settings
from tests.notifications.scenes import SEALED

START, HOUR = datetime(2026, 11, 30, 8, tzinfo=UTC), timedelta(hours=1)
WAITS: tuple[float, ...] = Settings.model_fields["webhook_retry_seconds"].default
ASKED = RequestTask(
    task="t", referral="r", case="c", student="s", school="x", agency="there", priority="urgent", respond_by=START + timedelta(days=2), package=SEALED,
    package_opens="after-acceptance",
)  # fmt: skip


class TwoDistricts:
    """down: which side does not answer, from when on. Sometimes a message is taken and the word that it was gets lost."""

    def __init__(self, seed: int, purpose: Any) -> None:
        self.random, self.purpose, self.now, self._number = Random(seed), purpose, START, count()
        self.down = {side: START + timedelta(minutes=self.random.randint(0, 300)) for side in ("here", "there")}
        self.down[self.random.choice(("here", "there"))] = START
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self.task, self.arrival, self.happened, self.refused = TASK.initial, ARRIVAL.initial, list[Any](), 0
        self.confirmed, self.given_up = 0, set[int]()
        self._task(ASKED)
        self.send("there", self.announce, lambda outcome: self._task(silence.NoteAttempt(outcome=outcome, since=START)))
        while self._queue:
            self.now, _, act = heapq.heappop(self._queue)
            act()

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (moment, next(self._number), act))

    def send(self, side: str, taken: Callable[[], None], note: Callable[[Outcome], None], tried: int = 0, since: datetime | None = None) -> None:
        since = since or self.now
        outcome = settled(self.outcome(side, taken), Waiting(tried, since, self.now), WAITS, self.random.random())
        note(outcome)
        if isinstance(outcome, Later):
            assert outcome.when is not None
            self.at(outcome.when, lambda: self.send(side, taken, note, tried + 1, since))

    def outcome(self, side: str, taken: Callable[[], None]) -> Outcome:
        if self.down[side] <= self.now < self.down[side] + HOUR:
            self.refused += 1
            return Later("busy")
        taken()
        return Later("busy") if self.random.random() < 0.2 else Accepted()

    def announce(self) -> None:
        """There: a person answers in the hours that follow, and passes it on to a school."""
        is_new = self.arrival.announced is None
        said = {"purpose": self.purpose, "priority": "urgent", "respond_by": ASKED.respond_by}
        self._arrival(Announce(arrival="a", district="here", task="t", **said))
        acts = [self.move("accept"), PassOn(school="y", by="dewi"), NoteConcern(concern="k"), self.move("interim-note"), self.move("outcome")]
        moment = self.now
        for act in (acts[:3] if self.purpose == "transfer" else acts) if is_new else ():
            moment += timedelta(minutes=self.random.randint(0, 90))
            self.at(moment, partial(self._arrival, act))

    def move(self, trigger: str) -> Answer:
        return Answer(move=Move(transition=trigger, actor="R", trigger=trigger, by="dewi"))

    def hear(self, told: bytes) -> None:
        """Here: every answer of the message, in order, as often as it comes."""
        heard = MESSAGE.validate_json(told)
        assert isinstance(heard, Answered)
        for each in heard.data.answers:
            self._task(Move(transition=each.id, actor="R", trigger=each.trigger, by="there"))

    def _task(self, command: Any) -> None:
        events = TASK.decide(command, self.task)
        self.task = TASK.fold(events, self.task)
        self.happened += events

    def _arrival(self, command: Any) -> None:
        events = ARRIVAL.decide(command, self.arrival)
        self.arrival = ARRIVAL.fold(events, self.arrival)
        self.happened += events
        for number in [each.number for each in events if isinstance(each, ArrivalAnswered)]:
            said = [SaidAnswer(id=each.answer, trigger=each.trigger) for each in self.arrival.answers[:number]]
            told = message("https://there.invalid", "id.tanggap.arrival.answered.v1", f"evt_{number}", "t", self.now, answers_data(said))
            self.send("here", partial(self.hear, told), partial(self._sent, number))

    def _sent(self, number: int, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            self.confirmed = max(self.confirmed, number)
        if isinstance(outcome, Never):
            self.given_up.add(number)
        self._arrival(NoteAttempt(number=number, outcome=outcome))

    def told(self, kind: type) -> list[Any]:
        return [each for each in self.happened if isinstance(each, kind)]


def test_an_answer_that_was_given_up_and_came_with_a_later_one_is_not_called_lost():
    """Of ten thousand, the district in which nobody heard ten times that the first answer was taken."""
    two = TwoDistricts(9066, "referral")
    assert (two.given_up, two.confirmed, two.told(ArrivalUndelivered), two.arrival.lost) == ({1}, 3, [], frozenset())


def test_a_last_answer_that_came_without_a_word_that_it_did_is_told_to_a_person():
    two = TwoDistricts(602, "transfer")
    assert (two.task.state, two.given_up, two.arrival.lost) == ("completed", {2}, frozenset({2}))


@pytest.mark.parametrize("seeds", [range(500), pytest.param(range(500, 10_000), marks=pytest.mark.thorough)], ids=["brief", "full"])
@pytest.mark.parametrize(("purpose", "answers"), [("referral", ["accept", "interim-note", "outcome"]), ("transfer", ["accept", "outcome"])])
def test_what_districts_say_arrives_once_and_in_order_although_each_is_down_for_an_hour(purpose, answers, seeds):
    refused = 0
    for seed in seeds:
        two = TwoDistricts(seed, purpose)
        assert len(two.told(ArrivalAnnounced)) == 1, seed
        assert [each.trigger for each in two.told(ArrivalAnswered)] == answers, seed
        assert [each.trigger for each in two.told(TaskMoved)] == answers, seed
        assert (two.task.state, two.arrival.concern) == ("completed", "k"), seed
        assert two.arrival.lost == {each for each in two.given_up if each > two.confirmed}, seed
        assert len(two.told(TaskUnanswered)) <= 1, seed
        refused += two.refused
    assert refused > len(seeds), "the outages are met"
