"""What a reporter adds, over HTTP: where it lands, who reads it, on whose list it stands until it is read (row 1 of a district's life)."""

import json
from uuid import uuid4

import pytest

from shared.errors import NotFound
from tests.cases.desk import accused
from tests.cases.moving_about import moves
from tests.erasing import erase

pytestmark = pytest.mark.anyio


async def strands(cases, case, who):
    answer = await cases.get(f"cases/{case}", who, reason="safety")
    assert answer.status_code == 200, answer.text
    return answer.json()["strands"]


async def words_of(cases, case, who):
    """What was added to each strand, and whether it waits for a reader."""
    return [[(each["text"], each["unread"]) for each in strand["additions"]] for strand in await strands(cases, case, who)]


async def told(cases, case) -> list[str]:
    """Who was told that something waits."""
    return [json.loads(body)["person"] for body in await cases.events(case, "staff-to-be-told")]


async def test_row_1_the_strand_shows_what_was_added_its_facts_are_triaged_and_whoever_has_the_case_is_told(cases):
    school = await cases.school()
    case = await school.case()
    said = await school.addition(case, answers={"weapon": True})
    assert await told(cases, case) == [school.named("counsellor")]
    listed = [(each["case"], each["what"], each["owner"]) for each in await school.listed("new-words", school.counsellor)]
    assert listed == [(case, "new-words", school.named("counsellor"))]
    (strand,) = await strands(cases, case, school.counsellor)
    assert [(each["addition"], each["text"], each["answers"]) for each in strand["additions"]] == [(said.addition, "Kenari lagi", {"weapon": True})]
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["urgency"] == "emergency"
    receipts = (await cases.get(f"cases/{case}/decisions", school.counsellor)).json()["items"]
    assert receipts[-1]["inputs"]["facts"] == {"repeated": False, "weapon": True}


async def test_row_1_after_the_case_was_closed_the_coordinator_is_told_and_has_the_question_on_the_list(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await school.addition(case)
    assert len(await cases.events(case, "coordinator-to-be-told")) == 1
    for name in ("new-words", "waiting-for-me", "without-an-owner"):
        assert [(each["case"], each["what"]) for each in await school.listed(name, school.coordinator)] == [(case, "reopening-question")], name
    possible = (await cases.get(f"cases/{case}/possible", school.coordinator)).json()["items"]
    answers = {each["called"]: [expected["what"] for expected in each["expected"]] for each in possible if each["expected"]}
    assert answers == {"reopen": ["reopening-question"], "keep-closed": ["reopening-question"]}
    await cases.done(case, "keep-closed", school.coordinator, reason="x")
    assert await school.listed("new-words", school.coordinator) == []


async def test_a_danger_after_the_end_reopens_the_case_which_is_the_students_open_one_again(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await school.addition(case, answers={"weapon": True})
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["state"] != "closed"
    assert await school.concern() == case
    await cases.done(case, "acknowledge", school.counsellor)


async def test_opening_the_case_reads_its_words_once_and_clears_the_list(cases):
    school = await cases.school()
    case = await school.case()
    said = await school.addition(case)
    assert await words_of(cases, case, school.counsellor) == [[("Kenari lagi", False)]]
    assert await words_of(cases, case, school.counsellor) == [[("Kenari lagi", False)]]
    assert [json.loads(body)["additions"] for body in await cases.events(case, "concern-read")] == [[said.addition]]
    assert await school.listed("new-words", school.counsellor) == []


async def test_the_history_reads_them_too_and_a_summary_does_not(cases):
    school = await cases.school()
    case = await school.concern()
    await school.addition(case)
    withheld = {"withheld": "not for this role"}
    assert await words_of(cases, case, school.principal) == [[(withheld, True)]]
    assert (await cases.get(f"cases/{case}/history", school.principal)).status_code == 200
    assert await cases.events(case, "concern-read") == []
    assert (await cases.get(f"cases/{case}/history", school.counsellor)).status_code == 200
    (read,) = [json.loads(body) for body in await cases.events(case, "concern-read")]
    assert (len(read["concerns"]), len(read["additions"]), read["by"]) == (1, 1, school.named("counsellor"))


async def test_looking_at_an_earlier_moment_reads_nothing_that_came_later(cases):
    school = await cases.school()
    case = await school.concern()
    assert (await cases.get(f"cases/{case}", school.counsellor, version=2)).status_code == 200
    assert await cases.events(case, "concern-read") == []


async def test_the_page_of_the_case_shows_what_was_added_below_the_first_words(cases):
    school = await cases.school()
    case = await school.case()
    await school.addition(case)
    page = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert page.index("Kenari") < page.index("Ditambahkan pelapor") < page.index("Kenari lagi")
    assert "Pelapor menambah keterangan pada satu laporan." in page


async def test_a_command_says_that_the_words_were_read_elsewhere(cases):
    school = await cases.school()
    case = await school.case()
    await school.addition(case)
    await cases.done(case, "confirm-reading", school.counsellor)
    assert await school.listed("new-words", school.counsellor) == []


async def test_the_list_is_for_whoever_has_the_case_and_a_case_that_nobody_has_is_on_every_counsellors(cases):
    school = await cases.school()
    mine, nobodys = await school.case("ani"), await school.concern("budi")
    for case, student in ((mine, "ani"), (nobodys, "budi")):
        await school.addition(case, student=student)
    assert {each["case"] for each in await school.listed("new-words", school.counsellor)} == {mine, nobodys}
    assert {each["case"] for each in await school.listed("new-words", school.other)} == {nobodys}
    assert {each["case"] for each in await school.listed("new-words", school.coordinator)} == {mine, nobodys}
    refused = await cases.get("lists/new-words", school.teacher)
    assert refused.status_code == 403


async def test_whoever_the_concern_names_sees_neither_the_words_nor_the_list(cases):
    school = await cases.school()
    case = await school.concern(people=(accused(school.named("counsellor")),))
    await school.addition(case, people=(accused(school.named("counsellor")),))
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 404
    assert await school.listed("new-words", school.counsellor) == []
    assert await told(cases, case) == []


# where it lands --------------------------------------------------------------------------------------------------------


async def test_the_words_land_in_the_case_of_their_strand_also_when_the_student_has_had_others(cases):
    school = await cases.school()
    old = await school.case()
    await cases.done(old, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    again = await school.concern()  # within the policy's days it reopens the same case
    assert again == old
    second = json.loads((await cases.events(old, "strand-added"))[1])["concern"]["concern"]
    await school.addition(old, second)
    assert await words_of(cases, old, school.counsellor) == [[], [("Kenari lagi", False)]]


async def test_each_unidentified_student_of_a_concern_hears_in_their_own_case(cases):
    school, concern = await cases.school(), str(uuid4())
    one = await school.concern(None, concern=concern)
    two = json.loads((await cases.events(one, "strand-added"))[0])["concern"]
    assert two["concern"] == concern
    await school.concern(None, concern=concern, role="witness")
    found = await cases.sql("SELECT DISTINCT case_id FROM strand_v1 WHERE concern = %s", concern)
    assert len(found) == 2
    await school.addition(one, student=None, students=2)
    assert [await words_of(cases, case, school.counsellor) for (case,) in found] == [[[("Kenari lagi", False)]]] * 2


async def test_an_unidentified_students_strand_is_found_after_the_student_was_matched(cases):
    school = await cases.school()
    case = await school.concern(None)
    await cases.done(case, "match", school.counsellor, student=await school.person("ani", "student"))
    await school.addition(case, student=None)
    assert await words_of(cases, case, school.counsellor) == [[("Kenari lagi", False)]]


async def test_words_for_a_case_that_rests_land_in_the_one_that_goes_on_and_name_whom_their_concern_names(cases):
    school = await cases.school()
    unknown = await school.concern(None, people=(accused(school.named("other")),))
    goes_on = await school.case()
    await cases.done(unknown, "merge-into", school.counsellor, into=goes_on)
    said = await school.addition(unknown, student=None, people=(accused(school.named("other")),))
    told_there = (await cases.get(f"cases/{goes_on}", school.counsellor)).json()
    (added,) = told_there["additions_of_merged"]
    assert (added["concern"], added["text"], await words_of(cases, goes_on, school.counsellor)) == (said.concern, "Kenari lagi", [[]])
    assert await cases.events(unknown, "strand-continued") == []
    assert (await cases.get(f"cases/{goes_on}", school.other)).status_code == 404


async def test_a_danger_about_a_student_who_moved_is_read_and_worked_at_the_new_school_and_stays_on_the_old_ones_list(cases):
    old, new = await cases.school(), await cases.school()
    case = await old.case("ani")
    await moves(cases, old.named("ani"), new)
    plain = await cases.get(f"cases/{case}", new.counsellor)
    assert plain.json()["strands"] == []
    said = await old.addition(case, student="ani", answers={"weapon": True})
    (strand,) = (await cases.get(f"cases/{case}", new.counsellor)).json()["strands"]
    assert [(each["addition"], each["text"]) for each in strand["additions"]] == [(said.addition, "Kenari lagi")]
    assert (await cases.act(case, "acknowledge", new.counsellor)).status_code == 200
    assert await told(cases, case) == [old.named("counsellor"), old.named("counsellor")]  # the student moved; new words


async def test_an_addition_whose_concern_no_case_has_is_not_passed_over(cases):
    school = await cases.school()
    case = await school.case()
    with pytest.raises(NotFound):
        await school.addition(case, str(uuid4()))
    with pytest.raises(NotFound):
        await school.addition(case, str(uuid4()), student=None)


async def test_heard_twice_it_is_kept_once(cases):
    school = await cases.school()
    case = await school.case()
    said = await school.addition(case)
    await cases.hear(said)
    assert len(await cases.events(case, "strand-continued")) == 1


async def test_erased_words_say_so(cases):
    school = await cases.school()
    case = await school.case("ani")
    await school.addition(case, student="ani")
    await erase(cases.kernel, school.named("ani"))
    assert await words_of(cases, case, school.counsellor) == [[({"erased": True}, False)]]
