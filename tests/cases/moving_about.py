"""What the roster says of a student who comes, goes and leaves, and what the other services hear of it."""

import json
from typing import Any
from uuid import uuid4

from shared.events import ConcernRaised, PersonLeft, PersonRegistered
from tests.cases.desk import Desk, School

EMERGENCY = {"categories": ("weapon",), "facts": {"weapon": True}}


async def moves(cases: Desk, person: str, to: School, homeroom: str | None = None) -> None:
    """The roster has the student at this school from now on."""
    name = await cases.kernel.vault.seal(person, "identity", "Nama", f"{person}/name")
    await cases.hear(PersonRegistered(person=person, kind="student", school=to.id, name=name, homeroom=homeroom))
    await cases.caught_up()


async def leaves(cases: Desk, person: str, school: School) -> None:
    """The roster has the student no more."""
    await cases.hear(PersonLeft(person=person, school=school.id))
    await cases.caught_up()


async def concern_at(cases: Desk, person: str, school: School, **told: Any) -> str:
    """A concern about a student who is known already; the case in which it landed."""
    concern = str(uuid4())
    text = await cases.kernel.vault.seal(person, "concern", "Kabar kenari", f"{concern}/text")
    known = {
        "concern": concern, "school": school.id, "student": person, "role": "affected", "kind": "incident", "categories": ("bullying",),
        "facts": {"repeated": False}, "text": text, "channel": "api", "reporter_kind": "staff",
    }  # fmt: skip
    await cases.hear(ConcernRaised(**(known | told)))
    await cases.caught_up()
    rows = await cases.sql(
        "SELECT substr(stream, 6) FROM event WHERE type = 'strand-added' AND body::json -> 'concern' ->> 'concern' = %s", concern
    )  # fmt: skip
    (case,) = {row[0] for row in rows}
    return case


async def told(cases: Desk, case: str, event_type: str, *names: str) -> list[tuple[Any, ...]]:
    """Fields of what the others hear of a case, in order."""
    return [tuple(json.loads(body)[name] for name in names) for body in await cases.events(case, event_type)]


async def expected(cases: Desk, case: str, who: dict[str, str]) -> dict[str, str | None]:
    """What is expected in a case, and of whom by name."""
    answer = await cases.get(f"cases/{case}", who, reason="supervision")
    return {each["what"]: each["owner"] for each in answer.json()["deadlines"]}
