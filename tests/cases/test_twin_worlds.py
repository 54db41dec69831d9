"""Twin worlds: two districts whose school B differs in content only, as many events in the same order. Everything that somebody of school A receives is
byte-equal: statuses, headers, bodies, sizes, order and cursors. Times, ids of requests, keys of forms and hashes of the store are put aside,
each by as many letters.
"""

import re
from itertools import count
from random import Random
from unittest.mock import patch
from uuid import UUID

import pytest

from tests.cases import desk as desks
from tests.cases.canaries import PAGES, READS, read_answer
from tests.cases.desk import School, desk, soon

pytestmark = pytest.mark.anyio

ASIDE = (
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?"), re.compile(r"[0-9a-f]{64}"), re.compile(r"urn:uuid:[0-9a-f-]{36}"),
    re.compile(r'(?<="next":")[A-Za-z0-9_=-]+'), re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}(,? (pukul )?\d\d[.:]\d\d)?"), re.compile(r"nonce-[A-Za-z0-9_=-]+"),
    re.compile(r"\b\d\d\.\d\d\b"), re.compile(r'(?<=name="key" value=")[0-9a-f-]{36}'),
)  # fmt: skip
WORDS = ("Sering dipukul di belakang kantin", "Tidak mau sekolah sejak dua pekan")
"""What is said at school B in one world and in the other."""

REQUESTS = 300


def without_times(text: str) -> str:
    """A moment may be written with more or fewer digits; what is equal is where one stands."""
    for pattern in ASIDE:
        text = pattern.sub("…", text)
    return text


class Ids:
    """The same ids in the same order."""

    def __init__(self) -> None:
        self._random = Random(7)

    def __call__(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


async def school_b(school: School, words: str, categories: tuple[str, ...]) -> str:
    """A case of school B with everything that could be told of it; in the other world with other words."""
    case = await school.concern("student-b", categories=categories)
    cases, who = school.desk, school.counsellor
    await cases.done(case, "acknowledge", who, key="b-0")
    await cases.done(case, "note", who, key="b-note", text=words)
    known = {"activity": (await cases.done(case, "request-counselling", who, key="b-1", origin="self", field="social", reason=words))["activity"]}
    await cases.done(case, "schedule-counselling", who, key="b-2", when=soon(days=1), place=words, **known)
    await cases.done(case, "assign", school.coordinator, key="b-3", to=school.named("other"))
    await cases.done(case, "take-over-case", cases.duty, key="b-4", reason=words)
    return case


async def received(database: str, redis_url: str, words: str, categories: tuple[str, ...]) -> list[tuple[str, str]]:
    """Everything that people of school A receive, each with what was asked."""
    ids = Ids()
    with patch.object(desks, "uuid4", ids), patch.object(desks, "_schools", count(1)), patch("services.cases.reading.case.uuid4", ids):
        async with desk(database, redis_url) as cases:
            a, b = await cases.school(), await cases.school()
            mine, theirs = await a.concern("student-a"), await school_b(b, words, categories)
            await cases.done(mine, "acknowledge", a.counsellor, key="a-0")
            await cases.done(mine, "note", a.counsellor, key="a-note", text="Catatan sekolah A")
            await cases.caught_up()
            return await _asked(cases, a, b, (mine, theirs))


async def _asked(cases, a: School, b: School, about: tuple[str, str]) -> list[tuple[str, str]]:
    random, found = Random(11), []
    people = (a.counsellor, a.other, a.coordinator, a.principal, a.teacher)
    for _ in range(REQUESTS):
        names = {"case": random.choice(about), "school": random.choice((a.id, b.id)), "consultation": "nothing", "counselling": "nothing"}
        path = random.choice([*PAGES, *(f"/cases/api/{each}" for each in READS)]).format(**names)
        answer = await cases.client.get(path, headers=random.choice(people))
        assert answer.status_code < 500, answer.text
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "content-length")
        found.append((path, without_times(f"{answer.status_code} {headers} {read_answer(answer)}")))
    return found


@pytest.mark.timeout(200)
async def test_what_a_school_receives_is_the_same_whatever_is_said_at_another(new_database, redis_server):
    worlds = []
    for words, categories in zip(WORDS, (("bullying",), ("discrimination",)), strict=True):
        with new_database() as database:
            worlds.append(await received(database, redis_server.url, words, categories))
    assert [asked for asked, _ in worlds[0]] == [asked for asked, _ in worlds[1]]
    different = [(asked, one, other) for (asked, one), (_, other) in zip(*worlds, strict=True) if one != other]
    assert different == []
    whole = "".join(answer for world in worlds for _, answer in world)
    assert not any(words in whole for words in WORDS)
    assert "Catatan sekolah A" in whole
