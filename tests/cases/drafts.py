"""Policies that are changed for a test, and the histories that they are tried on."""

import json
import random

from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import SetUrgency
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.policies import FOLDER, parse_policy
from shared.decider import load, write
from shared.events import ConcernRaised
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Item
from shared.message import TANGGAP, Occasion, derived_id
from tests.cases.people import NOW, POLICY, later, raised, step, take, words

TEXT = (FOLDER / "default-2026.toml").read_text(encoding="utf-8")


def changed(*changes):
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def draft(*changes):
    return parse_policy(changed(*changes), "draft.toml")


class History:
    """Cases as events in a store, decided by random concerns and decisions; no two runs of a seed differ."""

    def __init__(self, seed):
        self.chance, self.store, self.number, self.cases = random.Random(seed), InMemoryEventStore(), 0, []

    async def do(self, case, command):
        self.number += 1
        cause = derived_id(TANGGAP, "history", self.number)
        loaded = await load(self.store, CASE, f"case-{case}")
        events = CASE.decide(command, loaded.state)
        if events:
            await self.store.append(Item((write(CASE, loaded, events, Occasion("x", "smp1", NOW, cause, cause)),)))

    def concern(self, case, **told):
        self.number += 1
        categories = tuple(self.chance.sample(list(POLICY.categories), self.chance.randint(1, 3)))
        facts = {fact: self.chance.random() < 0.2 for fact in self.chance.sample(list(POLICY.facts), 3)}
        kind = self.chance.choice(("need", "incident"))
        known = {"student": case, "categories": categories, "facts": facts, "kind": kind} | told
        return ConcernRaised(**(raised(f"c-{self.number}").model_dump() | known))

    async def take(self, case, moment=NOW, **told):
        command = take(self.concern(case, **told), at=moment)
        await self.do(case, command.model_copy(update={"case": case}))

    async def decide(self, case, person=None):
        """A referral decision as the API makes it: what the policy says of the case's own inputs."""
        tried = {f"s-{place}": self.chance.choice(("helped", "failed", "open")) for place in range(self.chance.randint(0, 4))}
        command = step(
            DecideReferral, decision=f"d-{self.number}", policy=POLICY, tried=tried, chosen=person, reason=words() if person else None,
            consent=self.chance.choice(("given", "refused", "unknown")),
        )  # fmt: skip
        await self.do(case, command)

    async def fill(self, cases):
        for place in range(cases):
            case = f"k-{place}"
            self.cases.append(case)
            for nth in range(self.chance.randint(1, 4)):
                await self.take(case, later(days=self.chance.randint(0, 50) + 10 * nth))
            if self.chance.random() < 0.5:
                level = self.chance.choice(("low", "medium", "high", "emergency"))
                await self.do(case, step(SetUrgency, urgency=level, decision=f"p-{place}", reason=words(), policy=POLICY))
            await self.decide(case, self.chance.choice((None, "conference-then-refer")))

    async def receipts(self):
        """Every decision receipt of the machine, as it stands in the store."""
        page = await self.store.replay(0, types=("urgency-decided", "referral-decided"), limit=1_000_000)
        assert page
        told = [(stream, kind, json.loads(body)) for stream, kind, body in zip(page.streams, page.types, page.bodies, strict=True) if kind]
        return [each for each in told if each[2]["inputs"] is not None]
