"""Receivers that fail in any way, in virtual time: every message arrives or is in a person's hands, none is lost, and none expires unseen.

The whole of what decides is the real code: the ladder, the notice, the channels' course, patience. Only the receivers and the clock are played.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest

from services.notifications.channels.course import Channel, Course, Kept, after, altogether
from services.notifications.domain.alert import ALERT, LAST_RESORT_STEP, Acknowledge, AlertStepTaken, Climb, LadderStep, NoteAttempt, RaiseAlert
from services.notifications.domain.notice import NOT_ARRIVED, NOTICE, AskNotice, ClimbNotice, NoticePassedOn, NoticeRepeated
from services.notifications.domain.notice import NoteAttempt as NoteNotice
from services.notifications.domain.notice.answering import AnswerNotice
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.families.patience import channel_at, phone_at, second_at
from services.notifications.patience import Waiting, settled
from shared.events import AlertExhausted, GuardianTold, StaffAlerted
from tests.notifications.scenes import SEALED

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
WAITS = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
CHANNELS: tuple[Channel, ...] = ("mail", "whatsapp", "sms")


@dataclass
class Sending:
    """One message to one person: what was tried, and what became of it on each channel."""

    person: str
    step: int
    since: datetime
    together: bool
    channels: tuple[Channel, ...]
    tried: int = 0
    kept: dict[Channel, Kept] = field(default_factory=dict)


class World:
    """Receivers by person and channel: fine, never, down for a while, or taking a message and giving it back."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now, self._number = START, count()
        self._queue: list[tuple[datetime, int, Any]] = []
        self._receivers: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.events: list[Any] = []
        self.sendings: list[Sending] = []
        self.waited: list[tuple[int, float]] = []

    def at(self, moment: datetime, what: Any) -> None:
        heapq.heappush(self._queue, (max(moment, self.now), next(self._number), what))

    def send(self, sending: Sending) -> None:
        self.sendings.append(sending)
        self.at(self.now, ("send", sending))

    def held(self) -> list[Sending]:
        """Messages that a channel has taken and not given back."""
        return [each for each in self.sendings if Course(each.channels, together=False, tried=0, kept=each.kept).arriving]

    def play(self, handle: Any) -> None:
        while self._queue:
            self.now, _, what = heapq.heappop(self._queue)
            handle(what)

    def answer(self, person: str, channel: Channel) -> Outcome:
        kinds = ("fine", "never", "down", "returns", "asks-to-wait")
        kind, until = self._receivers.setdefault(
            (person, channel), (self.random.choice(kinds), START + timedelta(minutes=self.random.choice((1, 30, 600, 100_000))))
        )
        if kind == "never":
            return Never("number-refused")
        if kind in ("down", "asks-to-wait") and self.now < until:
            return Later("busy", when=self.now + timedelta(minutes=50) if kind == "asks-to-wait" else None)
        return Accepted()

    def gives_back(self, person: str, channel: Channel) -> bool:
        return self._receivers[person, channel][0] == "returns"

    def attempt(self, sending: Sending) -> Outcome:
        """As `Carrier.carry` does: channels until one has it, or all have failed."""
        tried: dict[Channel, Outcome] = {}
        while now := [each for each in Course(sending.channels, sending.together, sending.tried, sending.kept).now() if each not in tried]:
            for channel in now:
                tried[channel] = self.answer(sending.person, channel)
                sending.kept[channel] = after(tried[channel])
                if isinstance(tried[channel], Accepted) and self.gives_back(sending.person, channel):
                    self.at(self.now + timedelta(minutes=self.random.randint(0, 300)), ("returned", sending, channel))
            if not all(isinstance(each, Never) for each in tried.values()):
                break
        if not sending.channels:
            return Never("no-address")
        waiting = Waiting(sending.tried, sending.since, self.now)
        outcome = settled(altogether(sending.channels, sending.kept, tried), waiting, WAITS, self.random.random())
        if isinstance(outcome, Later) and outcome.when:
            self.waited.append((sending.tried, (outcome.when - self.now).total_seconds()))
            sending.tried += 1
            self.at(outcome.when, ("send", sending))
        return outcome

    def gave_back(self, sending: Sending, channel: Channel) -> None:
        if sending.kept.get(channel) == "sent":
            sending.kept[channel] = "returned"
            if not Course(sending.channels, sending.together, 0, sending.kept).arriving:
                sending.tried += 1
                self.at(self.now, ("send", sending))

    def channels(self) -> tuple[Channel, ...]:
        return tuple(each for each in CHANNELS if self.random.random() < 0.7)


class PlayedAlert:
    """One alert and the people on its ladder."""

    def __init__(self, seed: int, urgency: str, *, plain: bool) -> None:
        self.world, self.plain, self.urgency, self.state = World(seed), plain, urgency, ALERT.initial
        people = ["ani", "budi", "citra", "dewi"][: self.world.random.randint(1, 4)]
        alone = urgency != "emergency"
        steps = tuple(LadderStep(minutes=15 * place, people=(each,) if alone else tuple(people)) for place, each in enumerate(people))
        last = self.world.random.choice([None, "duty"])
        self.decide(RaiseAlert(alert="a", case="c", student="s", school="x", urgency=urgency, steps=steps, last_resort=last, give_up=90, plain=plain))
        for step in () if plain else range(1, len(steps) + 1):
            self.world.at(START + timedelta(minutes=15 * step if step < len(steps) else 90), ("climb", step))
        self.world.play(self.handle)

    def decide(self, command: Any) -> None:
        events: Sequence[Any] = ALERT.decide(command, self.state)
        self.state = ALERT.fold(events, self.state)
        self.world.events.extend(events)
        for event in events:
            self.follow(event)

    def follow(self, event: Any) -> None:
        match event:
            case AlertStepTaken(step=step, people=told):
                for person in told:
                    self.world.send(Sending(person, step, self.world.now, self.urgency == "emergency", self.world.channels()))
            case AlertExhausted(person=str(person)):
                self.world.send(Sending(person, LAST_RESORT_STEP, self.world.now, True, self.world.channels()))
            case StaffAlerted(person=person) if self.world.random.random() < 0.2 and not self.plain:
                self.world.at(self.world.now + timedelta(minutes=self.world.random.randint(1, 60)), ("takes", person))

    def handle(self, what: Any) -> None:
        match what:
            case ("send", sending):
                if not (self.state.ended and sending.step != LAST_RESORT_STEP):
                    self.decide(NoteAttempt(person=sending.person, step=sending.step, outcome=self.world.attempt(sending)))
            case ("returned", sending, channel):
                self.world.gave_back(sending, channel)
            case ("climb", step):
                self.decide(Climb(step=step))
            case ("takes", person):
                self.decide(Acknowledge(by=person))

    @property
    def in_hands(self) -> bool:
        """Somebody took it, or has it where it asks for nothing; or the last resort has it, or the case hears that nobody could be reached."""
        given_up = [event.person for event in self.world.events if isinstance(event, AlertExhausted)]
        if self.state.acknowledged_by or (self.plain and self.world.held()):
            return True
        return bool(given_up) and (given_up[-1] is None or any(each.step == LAST_RESORT_STEP for each in self.world.held()))


class PlayedNotice:
    """One notice to a guardian, and perhaps to a second one."""

    def __init__(self, seed: int) -> None:
        self.world, self.state = World(seed), NOTICE.initial
        self.first = Sending("ibu", 0, START, False, self.world.channels())
        second = self.world.random.choice([None, "ayah"])
        self.decide(
            AskNotice(
                notice="n", case="c", student="s", school="x", guardian="ibu", second=second, not_before=START, words=SEALED, asks="reading",
                about=None, meet_at=None, by="ani", unsafe=False,
            )
        )  # fmt: skip
        due = self.state.due
        assert due is not None
        self.world.send(self.first)
        for step, moment in ((0, channel_at(due)), *(((1, second_at(due)),) if second else ()), (2, phone_at(due))):
            self.world.at(moment, ("climb", step))
        self.world.play(self.handle)

    def decide(self, command: Any) -> None:
        events: Sequence[Any] = NOTICE.decide(command, self.state)
        self.state = NOTICE.fold(events, self.state)
        self.world.events.extend(events)
        for event in events:
            self.follow(event)

    def follow(self, event: Any) -> None:
        match event:
            case NoticePassedOn(guardian=guardian):
                self.world.send(Sending(guardian, 0, self.world.now, False, self.world.channels()))
            case NoticeRepeated():
                left = tuple(each for each in self.first.channels if self.first.kept.get(each, "waiting") == "waiting")
                if left:
                    self.world.send(Sending("ibu", 1, self.world.now, False, left))
            case GuardianTold(guardian=guardian, outcome="sent") if self.world.random.random() < 0.3:
                self.world.at(self.world.now + timedelta(hours=self.world.random.randint(1, 60)), ("reads", guardian))

    def handle(self, what: Any) -> None:
        match what:
            case ("send", sending):
                outcome = self.world.attempt(sending)
                if not (sending.step and isinstance(outcome, Never)):
                    self.decide(NoteNotice(guardian=sending.person, outcome=outcome))
            case ("returned", sending, channel):
                self.world.gave_back(sending, channel)
            case ("climb", step):
                self.decide(ClimbNotice(step=step))
            case ("reads", guardian):
                if self.state.opens_for(guardian):
                    self.decide(AnswerNotice(guardian=guardian, factor="code", answer_id="a", answer="read"))

    @property
    def phoned(self) -> list[str]:
        return [event.guardian for event in self.world.events if isinstance(event, GuardianTold) and event.outcome in NOT_ARRIVED]

    @property
    def unseen(self) -> list[str]:
        """Guardians to whom nothing has got, and of whom nobody knows."""
        reached = {each.person for each in self.world.held()}
        return [each.person for each in self.world.sendings if each.person not in reached | set(self.phoned) | self.state.opened]


def is_specified(world: World) -> bool:
    """Full jitter: each wait is from nothing to the schedule's, or as long as the receiver asked for."""
    return all(0 <= wait <= WAITS[tried] or wait == 50 * 60 for tried, wait in world.waited)


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.thorough)])
def test_in_any_schedule_of_receivers_an_alert_arrives_or_is_in_a_person_s_hands(seeds):
    for seed in seeds:
        for urgency, plain in (("emergency", False), ("high", False), ("low", True)):
            played = PlayedAlert(seed, urgency, plain=plain)
            assert played.in_hands, (seed, urgency)
            assert is_specified(played.world), (seed, urgency)


@pytest.mark.parametrize("seeds", [range(100), pytest.param(range(100, 1000), marks=pytest.mark.thorough)])
def test_in_any_schedule_of_receivers_a_guardian_answers_or_a_person_phones(seeds):
    for seed in seeds:
        played = PlayedNotice(seed)
        assert played.state.acknowledged or played.phoned, seed
        assert played.unseen == [] or played.state.acknowledged, seed
        assert is_specified(played.world), seed
