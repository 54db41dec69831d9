"""Twin worlds: whatever is told of school 2, what people of school 1 receive of messages and tasks stays the same to the letter (ADR 32).

And the wall itself: a query that forgets the school shows nothing of another one.
"""

import re

import pytest

from services.notifications.views import Reader
from shared.conditions import Conditions
from shared.events import CasePeopleChanged
from tests.notifications.desk import Desk, desk
from tests.notifications.scenes import sent, staffed, to_be_told, triaged
from tests.notifications.test_rights_follow_the_case import NOBODY

pytestmark = pytest.mark.anyio

ASIDE = (
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    re.compile(r'"state":"(queued|sending)"|"attempts":\[[^\]]*\]'),
)
"""Times and ids are put aside, and how far the sender has got in trying."""

WORLDS = (
    {"people": ("kutilang", "cendrawasih"), "urgency": "emergency", "named": ("kutilang",), "agency": "agency-1", "priority": "stat"},
    {"people": ("merpati", "jalak"), "urgency": "high", "named": (), "agency": "agency-2", "priority": "routine"},
)
"""School 2 in one world and in the other."""

CANARIES = ("kutilang", "cendrawasih", "merpati", "jalak", "case-2")


async def elsewhere(running: Desk, world: dict) -> None:
    """What happens at school 2."""
    counsellor, coordinator = world["people"]
    await running.school("school-2")
    await running.person(counsellor, "staff", "counsellor", school="school-2")
    await running.person(coordinator, "staff", "coordinator", school="school-2")
    await running.person(f"murid-{counsellor}", "student", school="school-2", guardians=(f"wali-{counsellor}",))
    about = {"school": "school-2", "student": f"murid-{counsellor}"}
    await running.hear(triaged("case-2", world["urgency"]).model_copy(update=about))
    await running.hear(sent("case-2", world["agency"], priority=world["priority"]).model_copy(update=about))
    await running.hear(CasePeopleChanged(case="case-2", **(NOBODY | about | {"named": world["named"]})))


async def received(running: Desk, *, asking: tuple[str, ...] = ("ani", "citra", "eka")) -> list[str]:
    """Every answer that people of school 1 get, ids and times put aside."""
    roles = {"ani": "counsellor", "citra": "coordinator", "eka": "principal"}
    found = []
    for person in asking:
        who = running.as_person(person, roles[person], "school-1")
        for path in (
            "deliveries",
            "deliveries?case=case-1",
            "deliveries?case=case-2",
            "deliveries?case=nowhere",
            "tasks",
            "tasks/nowhere",
            "agencies",
        ):
            answer = await running.client.get(f"/notifications/api/{path}", headers=who)
            assert answer.status_code < 500, answer.text
            told = f"{path} {answer.status_code} {answer.text}"
            for pattern in ASIDE:
                told = pattern.sub("…", told)
            found.append(told)
    return found


async def test_what_a_school_receives_of_messages_and_tasks_is_the_same_whatever_happens_at_another(new_database, redis_url):
    worlds = []
    for world in WORLDS:
        with new_database() as database:
            async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
                await staffed(running)
                for agency in ("agency", "agency-1", "agency-2"):
                    await running.register(agency, None)
                await elsewhere(running, world)
                await running.hear(triaged("case-1", "high"))
                await running.hear(to_be_told("case-1"))
                worlds.append(await received(running))
    assert worlds[0] == worlds[1]
    assert [word for word in CANARIES[:4] if word in "".join(worlds[0])] == []
    assert '"case":"case-1"' in "".join(worlds[0])


async def test_a_query_that_forgets_the_school_shows_nothing_of_another(database, redis_url, monkeypatch):
    """The mistake that the wall is for."""

    def anywhere(_: Reader, generation: int) -> Conditions:
        found = Conditions()
        found.add("o.generation = %s", generation)
        return found

    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.register("agency-1", None)
        await elsewhere(running, WORLDS[0])
        await running.hear(triaged("case-1", "high"))
        monkeypatch.setattr(Reader, "wanted", anywhere)
        told = "".join(await received(running))
        assert [word for word in CANARIES[:4] if word in told] == []
        theirs = running.as_person("cendrawasih", "coordinator", "school-2")
        assert '"case":"case-2"' in (await running.client.get("/notifications/api/deliveries", headers=theirs)).text
