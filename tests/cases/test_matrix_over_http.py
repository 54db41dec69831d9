"""The matrix over HTTP: the running service gives each person, on every route of a case, what the reviewed file gives their relation (ADR 31)."""

import pytest

from services.cases.commands.routes import GIVEN
from tests.cases.asking import body_from_examples
from tests.cases.desk import accused
from tests.cases.relations import Scene
from tests.cases.test_matrix import READS, giving_by_the_file, reading_by_the_file

pytestmark = pytest.mark.anyio

COLLEAGUES = Scene("a colleague's")
NAMED = Scene("named", named=True)
ELSEWHERE = Scene("of another school", at="elsewhere")


async def people(cases):
    """A case of the counsellor's, and who asks: with the scene and the role of each."""
    school, elsewhere = await cases.school(), await cases.school()
    blamed = await school.person("blamed", "staff", "counsellor")
    case = await school.case(people=(accused(blamed),))
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    return case, [
        (COLLEAGUES, "counsellor", school.other), (COLLEAGUES, "principal", school.principal), (COLLEAGUES, "homeroom", school.teacher),
        (COLLEAGUES, "district-duty", cases.duty), (COLLEAGUES, "district-officer", cases.officer), (COLLEAGUES, "coordinator", school.coordinator),
        (COLLEAGUES, "auditor", cases.who("auditor", "auditor")), (COLLEAGUES, "supervisor", cases.who("pengawas", "supervisor")),
        (COLLEAGUES, "student", school.who("student")), (NAMED, "counsellor", cases.who(blamed, "counsellor", school.id)),
        (ELSEWHERE, "counsellor", elsewhere.counsellor), (ELSEWHERE, "coordinator", elsewhere.coordinator),
    ]  # fmt: skip


async def test_what_is_read_over_http_is_what_the_file_says(cases):
    case, asking = await people(cases)
    for scene, role, who in asking:
        for path in READS:
            answer = await cases.get(f"cases/{case}{path}", who, **({"reason": "supervision"} if path != "/possible" else {}))
            assert answer.status_code == reading_by_the_file(scene, role, path), (scene.name, role, path)


async def test_every_command_that_the_file_does_not_give_is_refused_over_http_and_changes_nothing(cases):
    case, asking = await people(cases)
    before = await cases.kernel.store.head(public=False)
    tried = 0
    for scene, role, who in asking:
        for command in GIVEN:
            told = giving_by_the_file(scene, role, command.permission)
            if told != 200:
                answer = await cases.act(case, command.called, who, **body_from_examples(command))
                assert answer.status_code == told, (scene.name, role, command.called)
                tried += 1
    assert tried >= 1_000
    assert await cases.kernel.store.head(public=False) == before
