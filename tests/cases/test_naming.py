"""Naming somebody (domain page, "People come and go"): one check for all commands, by what is written on their fields. District life, rows 9, 16 and 22."""

from dataclasses import dataclass
from typing import Any

import pytest

from services.cases.commands.bodies import body_of, filled_by
from services.cases.commands.naming import SENTENCES
from services.cases.commands.words import bare, field_type, part_of, purpose_of
from services.cases.domain.casework import CASEWORK
from services.cases.domain.duty import DUTY_COMMANDS, RecordLeave
from services.cases.domain.steps.activity import BeginActivity
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import NamedBefore, Names
from services.cases.domain.strategies.group import GROUP_STEPS
from services.cases.domain.strategies.group_steps import FormGroup, HandOverGroup
from shared.events import PersonLeft, StaffToBeTold
from tests.cases.asking import body_from_examples, faults, formed
from tests.cases.desk import Desk, School, accused, soon
from tests.cases.test_forms import Fields, page

COMMANDS: list[type[Command]] = [
    *(each for each in CASEWORK.commands if each.permission), FormGroup, *GROUP_STEPS, *DUTY_COMMANDS,
    *(step.command for strategy in CASEWORK.alone for step in strategy.steps),
]  # fmt: skip

OF_NO_PERSON = {
    "referral", "agency", "alternatives", "letter", "form", "number", "legal_basis", "receipt", "statement", "memorandum", "institution", "goal",
    "commitment", "glass", "replaces", "correction", "disclosure", "into", "other", "case", "group", "school", "tabled",
    "transfer-case/to", "reply", "objection", "reveal", "notice", "concern",
}  # fmt: skip
"""Fields of plain text that hold the id or the number of a thing, or of a school; with the command's name where the field's is used for people, too."""


def texts(command, place=""):
    """Every field that a person says as plain text, also inside parts: its place and the field."""
    for name, field in command.model_fields.items():
        if name in ("act", "by", "at", "activity") or filled_by(field):
            continue
        if part := part_of(bare(field_type(field))):
            yield from texts(part, f"{place}{name}/")
        elif _is_text(field):
            yield f"{place}{name}", field


def _is_text(field):
    kind = bare(field_type(field))
    return purpose_of(field_type(field)) is None and kind in (str, tuple[str, ...])


def names_of(command):
    """What each field demands of the people whom it names."""
    found = ((place, [each for each in field.metadata if isinstance(each, Names)]) for place, field in texts(command))
    return {place: rows for place, rows in found if rows}


def test_every_field_says_whom_it_names_or_why_nobody_is_looked_up():
    for command in COMMANDS:
        for place, field in texts(command):
            marked = [each for each in field.metadata if isinstance(each, Names | NamedBefore)]
            thing = {place.rsplit("/", 1)[-1], f"{command.called}/{place}"} & OF_NO_PERSON
            assert bool(marked) != bool(thing), f"{command.called}/{place}: say on the field whom it names, or name it among the things"
            assert all(each.why for each in marked if isinstance(each, NamedBefore))


def test_what_each_command_demands_of_whom_it_names():
    goes_on = [Names("staff", may="work", counsels=True)]
    approves, asked, guardian = [Names("staff", may="approval")], [Names("staff")], [Names("guardian")]
    assert {command.called: names_of(command) for command in COMMANDS if names_of(command)} == {
        "assign": {"to": goes_on},
        "hand-over-case": {"to": goes_on},
        "hand-over-activity": {"to": goes_on},
        "hand-over-group": {"to": [Names("staff", may="group")]},
        "hand-over-referral": {"to": goes_on},
        "deputise-case": {"deputy": goes_on},
        "declare-conflict": {"person": [Names("staff", fit=False)], "substitute": goes_on},
        "record-leave": {"person": [Names("staff", fit=False)], "deputy": [Names("staff", may="in-hand")]},
        "ask-approval": {"approver": approves},
        "notify-visit": {"endorsed_by": approves},
        "replace-visit-notice": {"endorsed_by": approves},
        "ask-teacher": {"teacher": asked},
        "convene-conference": {
            "invitees/person": [
                Names("staff", when=("side", "school")),
                Names("anybody", when=("side", "student")),
                Names("anybody", when=("side", "accused")),
            ]
        },
        "plan-case": {"goals/owner": [Names("of-the-case")]},
        "ask-consultation": {"asker": [Names("anybody")]},
        "assess-guardian": {"guardian": guardian},
        "tell-guardian": {"guardian": guardian, "second": guardian},
        "record-consent": {"guardian": guardian},
        "plan-parent-meeting": {"guardian": guardian},
        "plan-visit": {"guardian": guardian},
        "match": {"student": [Names("student")]},
    }


def test_every_fault_has_a_sentence_in_both_languages():
    assert all(each.indonesian and each.english and each.indonesian != each.english for each in SENTENCES.values())


# every command, everybody who does not fit ----------------------------------------------------------------------------


@dataclass
class Town:
    """Two schools and everybody who could be named wrongly. wrong: for each kind of field, who is wrong in it and what is said about them."""

    desk: Desk
    school: School
    case: str
    wrong: dict[str, list[tuple[str, str]]]


async def town(desk: Desk) -> Town:
    school, elsewhere = await desk.school(), await desk.school()
    gone = await school.person("gone", "staff", "counsellor")
    named, away, suspended = [await school.person(each, "staff", "counsellor", "coordinator") for each in ("named", "away", "suspended")]
    for each in ("mother", "aunt"):
        await school.person(each, "guardian")
    case = await school.case(people=(accused(named),))
    friend = await school.person("friend", "student")
    await school.taken_over(case)
    await desk.hear(PersonLeft(person=gone, school=school.id))
    leave = {"person": away, "away_from": soon(days=-1), "away_until": soon(days=3)}
    assert (await desk.post(f"schools/{school.id}/record-leave", school.principal, **leave)).status_code == 200
    theirs = desk.holder(suspended, {"counsellor", "coordinator"}, school.id)
    await desk.done(case, "declare-conflict", theirs, person=suspended, ground="witness", substitute=None)
    unknown = [("nobody-at-all", "unknown-person"), (gone, "unknown-person")]
    unfit = [(named, "person-in-conflict"), (suspended, "person-in-conflict"), (away, "person-away")]
    stranger = [(elsewhere.named("counsellor"), "unknown-person")]
    no_staff = [(school.named("student"), "unknown-person"), (school.named("mother"), "unknown-person")]
    return Town(desk, school, case, {
        "staff": [*unknown, *stranger, *no_staff],
        "unfit": unfit,
        "role": [(school.named("homeroom"), "role-may-not")],
        "of-the-case": [*unknown, *stranger, (friend, "unknown-person"), (school.named("aunt"), "unknown-person"), *unfit],
        "guardian": [*unknown, (school.named("homeroom"), "unknown-person"), (school.named("student"), "unknown-person"),
                     (school.named("aunt"), "not-a-guardian-of-the-student")],
        "student": [*unknown, (school.named("homeroom"), "unknown-person"), (school.named("mother"), "unknown-person")],
        "anybody": [*unknown, *unfit],
    })  # fmt: skip


def wrong_in(place: Town, command: type[Command], names: Names) -> list[tuple[str, str]]:
    """Everybody who must not be named in such a field, each with what is said about them. A leave is about no case."""
    if names.kind != "staff":
        return place.wrong[names.kind]
    unfit = [each for each in place.wrong["unfit"] if command is not RecordLeave or each[1] == "person-away"]
    return [*place.wrong["staff"], *(place.wrong["role"] if names.may else []), *(unfit if names.fit else [])]


async def route_of(place: Town, command: type[Command]) -> str:
    if command in DUTY_COMMANDS:
        return f"schools/{place.school.id}/{command.called}"
    if command is HandOverGroup:
        group, _ = await formed(place.desk, place.school, ("student", "friend"))
        return f"groups/{group}/{command.called}"
    if any(command is step.command for strategy in CASEWORK.alone for step in strategy.steps):
        return next(strategy.path for strategy in CASEWORK.alone if command is strategy.beginning)
    return f"cases/{place.case}/{command.called}"


def said(command: type[Command], where: str, person: str, names: Names) -> tuple[dict[str, Any], str]:
    """A body that names this person in this field, and the field's place."""
    body = body_from_examples(command)
    if "/" not in where:
        return body | {where: person}, f"/{where}"
    outer, inner = where.split("/")
    parts = [each | {inner: person} | (dict([names.when]) if names.when else {}) for each in body[outer]]
    return body | {outer: parts}, f"/{outer}/0/{inner}"


NAMING = [pytest.param(command, where, names, id=f"{command.called}/{where}/{names.when[1] if names.when else names.kind}")
          for command in COMMANDS for where, rows in names_of(command).items() for names in rows]  # fmt: skip


@pytest.fixture(scope="module")
async def place(cases):
    return await town(cases)


@pytest.mark.anyio
@pytest.mark.parametrize(("command", "where", "names"), NAMING)
async def test_whoever_cannot_be_named_is_refused_at_the_field_and_nothing_is_stored(place, command, where, names):
    """Rows 9, 16, 22: a mistyped id, somebody who left, staff of another school, a teacher, a student, a mother; suspended, away, named in the case."""
    route = await route_of(place, command)
    who = place.school.counsellor if command is HandOverGroup else place.desk.duty
    before = await place.desk.kernel.store.head(public=False)
    for person, code in wrong_in(place, command, names):
        body, pointer = said(command, where, person, names)
        here = {name: value for name, value in (("school", place.school.id), ("case", place.case)) if name in body_of(command).model_fields}
        answer = await place.desk.post(route, who, **body | here)
        assert (pointer, code) in faults(answer), (person, answer.text)
        (told,) = [each for each in answer.json()["errors"] if each["pointer"] == pointer]
        assert told["sentence"] == {"id": SENTENCES[code].indonesian, "en": SENTENCES[code].english}
        assert person not in answer.text
    assert await place.desk.kernel.store.head(public=False) == before


@pytest.mark.anyio
async def test_nobody_at_all_cannot_be_given_a_case(place):
    """Row 9: hands it over to nobody."""
    for command, more in (("assign", {}), ("hand-over-case", {"reason": "leave"})):
        for nobody in ({}, {"to": None}, {"to": ""}, {"to": " "}):
            answer = await place.desk.act(place.case, command, place.desk.duty, **nobody, **more)
            assert [where for where, _ in faults(answer)] == ["/to"]


@pytest.mark.anyio
async def test_a_right_colleague_is_told(cases):
    """Row 9: a right colleague is told by mail."""
    school = await cases.school()
    case, other = await school.case(), school.named("other")
    await cases.done(case, "assign", school.counsellor, to=other)
    assert [f'"person":"{other}","message":"assigned"' in each for each in await cases.events(case, "staff-to-be-told")] == [True]


@pytest.mark.anyio
async def test_whoever_gets_a_group_or_a_consultation_is_told_too(cases):
    """Such a message is about no case."""
    school = await cases.school()
    group, _ = await formed(cases, school)
    said = {"school": school.id, "asker_kind": "teacher", "aim": "climate", "question": "x"}
    consultation = (await cases.post("consultations", school.counsellor, **said)).json()["id"]
    for path in (f"groups/{group}/hand-over-group", f"consultations/{consultation}/hand-over-activity"):
        assert (await cases.post(path, school.counsellor, to=school.named("other"))).status_code == 200
    query = "SELECT body FROM event WHERE type = 'staff-to-be-told' AND stream IN (%s, %s)"
    rows = await cases.sql(query, f"group-{group}", f"consultation-{consultation}")
    told = [StaffToBeTold.model_validate_json(body) for (body,) in rows]
    assert [(each.case, each.school, each.person, each.message) for each in told] == [("", school.id, school.named("other"), "assigned")] * 2


async def two_sides(cases: Desk, school: School) -> tuple[str, str]:
    """The victim's case, which the counsellor took in hand, and the accused's, of one incident."""
    victim = await school.case("ani")
    ((concern,),) = await cases.sql(
        "SELECT body::json -> 'concern' ->> 'concern' FROM event WHERE stream = %s AND type = 'strand-added'", f"case-{victim}"
    )
    return victim, await school.concern("budi", concern=concern, role="accused")


async def steps(cases: Desk, case: str, who: dict[str, str]) -> set[str]:
    return {each["called"] for each in (await cases.get(f"cases/{case}/possible", who)).json()["items"]}


@pytest.mark.anyio
async def test_the_counsellor_of_the_other_side_is_not_named(cases):
    school = await cases.school()
    (victim, blamed), other = await two_sides(cases, school), school.named("other")
    await cases.done(blamed, "acknowledge", school.other)
    for command, body in (("assign", {"to": other}), ("hand-over-case", {"to": other, "reason": "leave"}),
                          ("deputise-case", {"deputy": other, "until": soon(days=2)})):  # fmt: skip
        answer = await cases.act(victim, command, school.counsellor, **body)
        assert [code for _, code in faults(answer)] == ["counsels-other-side"], command


@pytest.mark.anyio
async def test_whoever_took_the_victim_in_hand_takes_the_accused_in_hand_only_from_above(cases):
    """The alert goes on to the next person, and neither offers nor takes the counsellor of the other side; the coordinator takes it and gives it away."""
    school = await cases.school()
    _, blamed = await two_sides(cases, school)
    assert "acknowledge" not in await steps(cases, blamed, school.counsellor)
    refused = await cases.act(blamed, "acknowledge", school.counsellor)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/same-counsellor-for-both")
    assert [code for _, code in faults(await cases.act(blamed, "assign", school.coordinator, to=school.named("counsellor")))] == [
        "counsels-other-side"
    ]
    assert "acknowledge" in await steps(cases, blamed, school.coordinator)
    await cases.done(blamed, "acknowledge", school.coordinator)
    form = (await page(cases, school.coordinator, f"/cases/cases/{blamed}/langkah/assign")).text
    assert Fields(form).options["to"] == [school.named("coordinator"), school.named("other")]
    await cases.done(blamed, "assign", school.coordinator, to=school.named("other"))


@pytest.mark.anyio
async def test_whoever_has_both_since_before_the_incident_still_takes_in_hand_what_came(cases):
    """Refusing would leave two children with nobody; who goes on with which of them is for the coordinator to say."""
    school = await cases.school()
    earlier = await school.case("budi")
    _, blamed = await two_sides(cases, school)
    assert blamed == earlier
    await cases.done(blamed, "acknowledge", school.counsellor)


@pytest.mark.anyio
async def test_a_case_of_the_district_s_desk_goes_to_nobody_of_the_school(cases):
    """It goes past the school, so whoever works there could not open it (domain.md, Intake)."""
    school = await cases.school()
    await cases.hear_duty()
    case = await school.concern(desk="district")
    await cases.done(case, "take-over-case", cases.duty, reason="x")
    assert faults(await cases.act(case, "assign", cases.duty, to=school.named("counsellor"))) == [("/to", "role-may-not")]
    assert (await cases.act(case, "assign", cases.duty, to="duty")).status_code == 200


@pytest.mark.anyio
async def test_the_cluster_s_counsellor_works_where_the_school_has_none(cases):
    """A cluster (gugus) counsellor stands on the rota of small schools (domain.md, Urgency)."""
    school, small, far = [await cases.school() for _ in range(3)]
    await cases.cluster("gugus-1", school, small)
    for role in ("counsellor", "other"):
        await cases.hear(PersonLeft(person=small.named(role), school=small.id))
    case = await small.concern()
    assert (await cases.act(case, "assign", small.coordinator, to=school.named("counsellor"))).status_code == 200
    assert faults(await cases.act(case, "assign", small.coordinator, to=far.named("counsellor"))) == [("/to", "unknown-person")]
    assert faults(await cases.act(case, "assign", small.coordinator, to=school.named("coordinator"))) == [("/to", "unknown-person")]


def test_a_beginning_names_no_activity():
    """What a command is about is never somebody's to name."""
    assert all("activity" not in names_of(command) for command in COMMANDS if issubclass(command, BeginActivity))
