"""Requests that the HTTP tests of cases make again and again."""

from services.cases.commands.bodies import body_of
from shared.errors import Refused
from shared.testing import eventually
from tests.cases.desk import soon


def refusals(kind=Refused):
    """Every refusal of the loaded program by its stable name."""
    found: dict[str, type[Refused]] = {}
    for each in kind.__subclasses__():
        found |= refusals(each) | {each.code: each}
    return found


def refused_by_name(answer):
    """The name of a 409 or of a refusal that is told as 404, with both sentences for a person."""
    told = answer.json()
    name = told["type"].removeprefix("/problems/")
    known = refusals()[name]
    assert told["sentence"] == {"id": known.indonesian, "en": known.english}
    assert known.indonesian != known.english
    assert Refused.indonesian not in told["sentence"].values()
    return name


def faults(answer):
    """Place and code of everything that is wrong with what was said; each that we have words for says it in both languages."""
    assert answer.status_code == 422, answer.text
    told = answer.json()["errors"]
    assert all(set(each["sentence"]) == {"id", "en"} for each in told if "sentence" in each)
    return [(each["pointer"], each["code"]) for each in told]


def body_from_examples(command):
    """What the served document says as an example, field by field."""
    fields = body_of(command).model_json_schema()["properties"]
    return {name: each["examples"][0] for name, each in fields.items() if each.get("examples")}


def goal(school):
    return {"goal": "g-1", "field": "social", "words": "x", "owner": school.named("counsellor"), "due": soon(days=3)}


async def seen(cases, case, who):
    """Everything that somebody can read of a case, as one text."""
    texts = [(await cases.get(f"cases/{case}{part}", who, reason="supervision")).text for part in ("", "/history", "/documents", "/decisions")]
    return "\n".join(texts)


async def formed(cases, school, students=("ani", "budi")):
    """A group of two cases; its id and the cases."""
    members = [await school.case(each) for each in students]
    said = {"school": school.id, "field": "social", "purpose": "Tujuan kenari", "cases": members}
    answer = await cases.post("groups", school.counsellor, **said)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"], members


async def climbed(cases, case, count=1):
    """Until the service's own scheduler has passed so many deadlines of the case, and the lists know."""

    async def passed() -> bool:
        return len(await cases.events(case, "deadline-passed")) >= count

    await eventually(passed)
    await cases.caught_up()


async def sent(cases, school, case, agency="agency-1"):
    """A referral on its way; its id."""
    known = {each["referral"] for each in (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]}
    draft = {"agency": agency, "why": "x", "alternatives": ["agency-2"], "consent": "given"}
    await cases.done(case, "draft-referral", school.counsellor, **draft)
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]
    referral = next(each["referral"] for each in told if each["referral"] not in known)
    await cases.done(case, "record-consent", school.counsellor, referral=referral, giver="student", form="F-1")
    await cases.done(case, "approve-referral", school.coordinator, referral=referral)
    await cases.done(case, "send-referral", school.counsellor, referral=referral, package="Kenari")
    return referral
