"""The law of the do-not-contact register: once a mark is acknowledged, no sending to that guardian begins (architecture, decision 14).

Random histories of notices, marks, attempts, answers and passing time, with the decisions as the service makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import pytest

from services.notifications.domain.notice import (
    NOTICE,
    AnswerNotice,
    AskNotice,
    ClimbNotice,
    EndNotice,
    LinkNotValid,
    NoteAttempt,
    NoticePassedOn,
    RevokeNotice,
)
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.register import REGISTER, MarkUnsafe, Register
from shared.errors import Refused
from shared.sealed import Sealed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORDS = Sealed(kid="k", context="c", box="Ym94")
GUARDIANS = ("ibu", "ayah", "bibi")
HISTORIES, STEPS = 10_000, 14


@dataclass
class World:
    """One student's notices and register. began: guardians to whom a sending began, with the marks that were acknowledged by then."""

    random: Random
    register: Register = field(default_factory=Register)
    notices: list = field(default_factory=list)
    began: list[tuple[str, Register]] = field(default_factory=list)

    def step(self) -> None:
        """Something happens. What is refused changes nothing."""
        act = self.random.choice((self.ask, self.ask, self.mark, self.send, self.send, self.send, self.climb, self.answer, self.revoke))
        try:
            act()
        except Refused:
            return

    def ask(self) -> None:
        first, second = self.random.sample(GUARDIANS, 2)
        allowed = second if self.random.random() < 0.5 and not self.register.forbids(second) else None
        command = AskNotice(
            notice=str(len(self.notices)), case="c", student="s", school="x", guardian=first, second=allowed, not_before=NOON, words=WORDS, asks="reading",
            about=None, meet_at=None, by="ani", unsafe=self.register.forbids(first),
        )  # fmt: skip
        self.notices.append(NOTICE.fold(NOTICE.decide(command, NOTICE.initial), NOTICE.initial))

    def mark(self) -> None:
        """Acknowledged when it is committed."""
        who = tuple(self.random.sample(GUARDIANS, self.random.randint(0, 2)))
        command = MarkUnsafe(student="s", school="x", guardians=who, home=self.random.random() < 0.1)
        self.register = REGISTER.fold(REGISTER.decide(command, self.register), self.register)

    def send(self) -> None:
        """As the sender does: the register is asked, then the sending begins, then its outcome is noted."""
        place = self.place()
        notice = self.notices[place]
        waiting = [each for each in GUARDIANS if notice.is_for(each) and each not in notice.told]
        if not waiting or notice.revoked:
            return
        guardian = self.random.choice(waiting)
        if self.register.forbids(guardian):
            self.decide(place, EndNotice(guardian=guardian, outcome="unsafe"))
            return
        self.began.append((guardian, self.register))
        outcome = self.random.choice((Accepted(), Later("mail-server-busy"), Never("no-address"), Never("mailbox-refused")))
        self.decide(place, NoteAttempt(guardian=guardian, outcome=outcome))

    def climb(self) -> None:
        self.decide(self.place(), ClimbNotice(step=self.random.choice((1, 2))))

    def answer(self) -> None:
        command = AnswerNotice(guardian=self.random.choice(GUARDIANS), factor="code", answer_id=str(self.random.random()), answer="read")
        self.decide(self.place(), command)

    def revoke(self) -> None:
        self.decide(self.place(), RevokeNotice(by="ani"))

    def place(self) -> int:
        if not self.notices:
            self.ask()
        return self.random.randrange(len(self.notices))

    def decide(self, place: int, command) -> None:
        events = NOTICE.decide(command, self.notices[place])
        forbidden = [
            each for each in events if isinstance(each, NoticePassedOn) and self.notices[place].told.get(self.notices[place].due.guardian) == "unsafe"
        ]
        assert not forbidden, "an unsafe guardian is no reason to tell somebody else at home"
        self.notices[place] = NOTICE.fold(events, self.notices[place])


@pytest.mark.parametrize("part", range(10))
def test_no_sending_begins_after_a_mark(part):
    marked, begun = 0, 0
    for seed in range(part * HISTORIES // 10, (part + 1) * HISTORIES // 10):
        world = World(Random(seed))
        for _ in range(STEPS):
            world.step()
        assert [guardian for guardian, then in world.began if then.forbids(guardian)] == [], f"seed {seed}"
        marked += bool(world.register.unsafe) or world.register.home
        begun += len(world.began)
    assert marked > HISTORIES / 40, "the histories mark nobody"
    assert begun > HISTORIES / 20, "the histories send nothing"


def test_a_link_of_somebody_who_was_never_sent_to_opens_nothing_in_any_history():
    for seed in range(1000):
        world = World(Random(seed))
        for _ in range(STEPS):
            world.step()
        for notice in world.notices:
            for guardian in GUARDIANS:
                if notice.told.get(guardian) in (None, "unsafe", "no-contact", "undeliverable", "no-longer-guardian"):
                    with pytest.raises(LinkNotValid):
                        NOTICE.decide(AnswerNotice(guardian=guardian, factor="code", answer_id="x", answer="read"), notice)
