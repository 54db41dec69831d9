"""Pages of groups, partnerships and consultations: begun, read, taken further and put on paper without the API (people.md, The desk; ADR 71)."""

import re

import pytest

from services.cases.standing.kept import VIEW
from shared.events import PersonLeft
from shared.testing import eventually
from tests.cases.asking import formed
from tests.cases.desk import Desk, School, soon
from tests.cases.letters.reading_pdf import opened, text
from tests.cases.test_forms import Fields, filled, page, sent

pytestmark = pytest.mark.anyio

MINE = "/cases/kegiatan"
LATER = "2031-03-04"


async def given(cases: Desk, who: dict[str, str], address: str, /, **typed: str | list[str]) -> str:
    """Fills in the form at an address and sends it; the page to which it leads."""
    shown = Fields((await page(cases, who, address)).text)
    answer = await sent(cases, who, address, shown.hidden | typed)
    assert answer.status_code == 303, re.findall(r'class="error".*?</', answer.text, re.DOTALL)
    return str(answer.headers["location"])


async def steps_of(cases: Desk, who: dict[str, str], address: str) -> list[str]:
    """The steps that a page offers."""
    told = (await page(cases, who, address)).text
    return re.findall(r'href="/cases/tanpa-kasus/[^"]*/langkah/([a-z-]+)"', told)


async def documents(cases: Desk, who: dict[str, str], address: str) -> list[str]:
    return re.findall(rf'href="{address}/([a-z-]+)/\d+"', (await page(cases, who, address)).text)


async def issued(cases: Desk, who: dict[str, str], address: str, document: str) -> str:
    """Issues a document from its page; what stands in the file."""
    listed = (await page(cases, who, address)).text
    place = re.search(rf'href="({address}/{document}/\d+)"', listed)
    assert place
    nonce = Fields((await page(cases, who, place[1])).text).hidden
    assert (await sent(cases, who, place[1], nonce)).status_code == 303
    kept = re.search(r'href="(/cases/api/issued/[^"]*/pdf)"', (await page(cases, who, address)).text)
    assert kept
    return text(opened((await page(cases, who, kept[1])).content))


def of(kind: str, where: str) -> str:
    """The address below which the steps and letters of a new one stand. where: the page to which its first form led."""
    name = where.partition("?")[0].rsplit("/", 1)[1]
    return f"/cases/tanpa-kasus/{kind}/{name}"


async def proposed(cases: Desk, school: School) -> str:
    """A partnership that the counsellor proposed."""
    typed = {"institution": "Puskesmas Contoh", "kind": "government", "improves": "Layanan kenari", "contribution": "x", "contact": "x"}
    return of("partnership", await given(cases, school.counsellor, f"/cases/tanpa-kasus/baru/propose-partnership?school={school.id}", **typed))


async def without_owner(cases: Desk, school: School, *streams: str) -> None:
    """The counsellor, whose they are, leaves the school."""
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    query = "SELECT count(*) FROM event WHERE type = 'owner-gone' AND stream = ANY (%s)"

    async def known() -> bool:
        return await cases.sql(query, list(streams)) == [(len(streams),)]

    await eventually(known)
    await cases.caught_up(VIEW)


async def asked(cases: Desk, school: School, **more: str) -> str:
    """A consultation that a teacher asked for."""
    typed = {"asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "Tanya kenari"}
    where = await given(cases, school.counsellor, f"/cases/tanpa-kasus/baru/ask-consultation?school={school.id}", **(typed | more))
    return of("consultation", where)


async def test_a_group_is_formed_meets_and_ends_by_its_leader_s_pages_alone(cases):
    school = await cases.school()
    who = school.counsellor
    one, two, three = [await school.case(each) for each in ("ani", "budi", "citra")]
    for each in (one, two, three):
        await cases.done(each, "acknowledge", who)
        await cases.done(each, "assign", who, to=school.named("counsellor"))
    await cases.caught_up()
    begin = f"/cases/tanpa-kasus/baru/form-group?school={school.id}"
    assert f'href="{begin}"' in (await page(cases, who, MINE)).text
    assert sorted(Fields((await page(cases, who, begin)).text).options["cases"]) == sorted([one, two, three])
    where = await given(cases, who, begin, field="social", purpose="Tujuan kenari", cases=[one, two])
    group = of("group", where)
    assert where == f"/cases/tanpa-kasus/kelompok/{group.rsplit('/', 1)[1]}?tersimpan=form-group"
    told = (await page(cases, who, where)).text
    assert [each in told for each in ("Tersimpan.", "Tujuan kenari", "ani", "Terbitkan rencana layanan")] == [True] * 4
    assert await steps_of(cases, who, where) == [
        "add-member", "hold-session", "cancel-group", "postpone-group", "record-member-refusal", "hand-over-group",
    ]  # fmt: skip
    added = f"{group}/langkah/add-member"
    assert Fields((await page(cases, who, added)).text).options["case"] == [three]
    await given(cases, who, added, case=three)
    held: dict[str, str | list[str]] = {
        "stage": "beginning",
        "when": soon(hours=-1)[:16],
        "present": [school.named("ani"), school.named("citra")],
        "dynamics": "Dinamika kenari",
    }
    await given(cases, who, f"{group}/langkah/hold-session", pledge="yes", **held)
    await given(cases, who, f"{group}/langkah/remove-member", student=school.named("budi"))
    told = (await page(cases, who, where)).text
    assert ("Pertemuan 1" in told, "Dinamika kenari" in told) == (True, True)
    ended = await given(cases, who, f"{group}/langkah/close-group", result="Hasil kenari")
    assert await steps_of(cases, who, ended) == []
    assert await documents(cases, who, f"{group}/surat") == ["group-plan", "group-attendance", "group-report"]
    assert "Hasil kenari" in await issued(cases, who, f"{group}/surat", "group-report")
    assert "ani" in (await page(cases, who, MINE)).text, "an ended one is found, too"


async def test_a_group_is_not_there_for_anybody_but_its_leader(cases):
    school, elsewhere = await cases.school(), await cases.school()
    name, _ = await formed(cases, school)
    group = f"/cases/tanpa-kasus/group/{name}"
    for who in (school.other, school.coordinator, cases.duty, elsewhere.counsellor):
        for address in (f"/cases/tanpa-kasus/kelompok/{name}", f"{group}/langkah/close-group", f"{group}/surat", f"{group}/surat/group-plan/1"):
            assert (await page(cases, who, address)).status_code == 404, address
        assert (await sent(cases, who, f"{group}/langkah/close-group", {"key": "k", "result": "x"})).status_code == 404
        assert "ani" not in (await page(cases, who, MINE)).text
    assert (await page(cases, school.teacher, f"{group}/langkah/close-group")).status_code == 403


async def test_whoever_hands_a_group_over_finds_it_no_more_and_the_next_leader_does(cases):
    school = await cases.school()
    name, _ = await formed(cases, school)
    address = f"/cases/tanpa-kasus/group/{name}/langkah/hand-over-group"
    assert Fields((await page(cases, school.counsellor, address)).text).options["to"] == [school.named("coordinator"), school.named("other")]
    assert await given(cases, school.counsellor, address, to=school.named("other")) == f"{MINE}?tersimpan=1"
    shown = [name in (await page(cases, who, MINE)).text for who in (school.counsellor, school.other)]
    assert shown == [False, True]


async def test_a_consultation_goes_from_its_question_to_its_report_and_whoever_asked_reads_along(cases):
    school = await cases.school()
    who, case = school.counsellor, await school.case()
    await cases.done(case, "assign", who, to=school.named("counsellor"))
    await cases.caught_up()
    name = await asked(cases, school, case=case)
    told = (await page(cases, who, name)).text
    assert [each for each in (school.id, case, name) if f">{each}" in told] == [], "no id is shown"
    files = f'href="{name}/lampiran"'
    assert [each in told for each in ("Tanya kenari", f'href="/cases/cases/{case}"', files, f'href="{name}/surat"')] == [True] * 4
    assert await steps_of(cases, who, name) == [
        "give-advice", "postpone-activity", "cancel-activity", "record-refusal", "hand-over-activity",
    ]  # fmt: skip
    await given(cases, who, f"{name}/langkah/give-advice", advice="Saran kenari")
    await given(cases, who, f"{name}/langkah/record-feedback", feedback="Balik kenari", commitment="Janji kenari", monitor_by=LATER)
    where = await given(cases, who, f"{name}/langkah/close-consultation", helped="yes", result="Hasil kenari")
    assert "Terbitkan laporan konsultasi" in (await page(cases, who, where)).text
    assert "Saran kenari" in await issued(cases, who, f"{name}/surat", "consultation-report")
    read = await page(cases, school.teacher, name)
    assert [each in read.text for each in ("Tanya kenari", "Saran kenari", "Janji kenari", "Hasil kenari")] == [True] * 4
    assert ("/langkah/" in read.text, "/surat" in read.text, files in read.text) == (False, False, True)
    assert case not in read.text, "whoever asks for advice learns of no case by it"
    assert f'href="{name}"' in (await page(cases, school.teacher, MINE)).text
    for other in (school.other, school.coordinator, cases.duty):
        assert [(await page(cases, other, each)).status_code for each in (name, f"{name}/surat")] == [404, 404]


async def test_a_partnership_is_agreed_by_whom_its_page_lets_agree_and_that_is_not_its_proposer(cases):
    school = await cases.school()
    name = await proposed(cases, school)
    offered = ["agree-partnership" in await steps_of(cases, who, name) for who in (school.counsellor, school.coordinator)]
    assert offered == [False, True]
    assert (await page(cases, school.counsellor, f"{name}/langkah/agree-partnership")).status_code == 409
    assert "Puskesmas Contoh" in (await page(cases, school.coordinator, MINE)).text
    await given(cases, school.coordinator, f"{name}/langkah/agree-partnership", memorandum="421/1", until=LATER)
    await given(cases, school.counsellor, f"{name}/langkah/start-partnership")
    await given(cases, school.counsellor, f"{name}/langkah/end-partnership", result="Hasil kenari", helped="yes")
    assert "Puskesmas Contoh" in await issued(cases, school.counsellor, f"{name}/surat", "partnership-report")


async def test_a_partnership_and_a_consultation_whose_owner_left_are_shown_to_who_may_take_or_give_them_and_taken_there(cases):
    school = await cases.school()
    partnership, consultation = await proposed(cases, school), await asked(cases, school, asker=school.named("other"))
    await without_owner(cases, school, *(each.removeprefix("/cases/tanpa-kasus/").replace("/", "-") for each in (partnership, consultation)))
    for who, name, offered in (
        (school.coordinator, partnership, (True, True)),
        (school.principal, partnership, (False, True)),
        (school.other, partnership, (True, False)),
        (school.teacher, partnership, (False, False)),
        (school.other, consultation, (True, False)),
    ):
        told = await page(cases, who, name)
        assert (told.status_code, "menunggu pemegang" in told.text) == (200, True)
        assert ("Ambil alih" in told.text, "Rekan yang ditunjuk" in told.text) == offered
    shown = Fields((await page(cases, school.coordinator, partnership)).text).hidden
    assert (await sent(cases, school.coordinator, partnership, shown)).status_code == 303
    assert "menunggu pemegang" not in (await page(cases, school.coordinator, partnership)).text


async def test_whoever_may_take_a_group_sees_its_plan_and_who_came_and_not_who_was_in_it_before(cases):
    school = await cases.school()
    name, _ = await formed(cases, school, ("ani", "budi", "citra"))
    address, removed = f"/cases/tanpa-kasus/kelompok/{name}", f"/cases/tanpa-kasus/group/{name}/langkah/remove-member"
    await given(cases, school.counsellor, removed, student=school.named("budi"))
    mine = (await page(cases, school.counsellor, address)).text
    assert [each in mine for each in ("Tujuan kenari", "ani", "budi", "Riwayat kegiatan ini")] == [True] * 4
    await without_owner(cases, school, f"group-{name}")
    for who in (school.coordinator, school.principal, school.other):
        told = (await page(cases, who, address)).text
        assert [each in told for each in ("Tujuan kenari", "ani", "budi", "Riwayat kegiatan ini")] == [True, True, False, False]


async def test_every_step_that_is_offered_opens_and_is_not_refused_and_every_other_says_so(cases):
    school = await cases.school()
    name, _ = await formed(cases, school, ("ani", "budi", "citra"))
    group, who = f"/cases/tanpa-kasus/group/{name}", school.counsellor
    offered = await steps_of(cases, who, f"/cases/tanpa-kasus/kelompok/{name}")
    assert "close-group" not in offered, "one that never met is cancelled"
    assert (await page(cases, who, f"{group}/langkah/close-group")).status_code == 409
    for called in ("postpone-group", "record-member-refusal", "cancel-group"):
        shown = Fields((await page(cases, who, f"{group}/langkah/{called}")).text)
        answer = await sent(cases, who, f"{group}/langkah/{called}", filled(shown))
        assert (called in offered, answer.status_code) == (True, 303), called
    assert (await page(cases, who, f"{group}/langkah/no-such-step")).status_code == 404


async def test_pressed_twice_it_begins_one_and_what_was_typed_outlives_a_refusal_and_a_pause(cases):
    school = await cases.school()
    who, begin = school.counsellor, f"/cases/tanpa-kasus/baru/ask-consultation?school={school.id}"
    shown = Fields((await page(cases, who, begin)).text)
    lacking = await sent(cases, who, begin, shown.hidden | {"question": "Tanya kenari"})
    assert (lacking.status_code, "Tanya kenari" in lacking.text) == (422, True)
    await cases.client.post(begin.replace("?", "/konsep?"), headers=who | {"accept": "text/html"}, data=shown.hidden | {"question": "Tanya kutilang"})
    kept = await page(cases, who, begin)
    assert ("Tanya kutilang" in kept.text, "Konsep disimpan" in kept.text) == (True, True)
    typed = shown.hidden | {"asker_kind": "parent", "aim": "climate", "question": "Tanya kenari"}
    places = {(await sent(cases, who, begin, typed)).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert "Tanya kutilang" not in (await page(cases, who, begin)).text
    (count,) = await cases.sql("SELECT count(*) FROM event WHERE type = 'consultation-asked' AND school = %s", school.id)
    assert count == (1,)


async def test_nobody_begins_one_at_a_school_where_they_do_not_work(cases):
    school, elsewhere = await cases.school(), await cases.school()
    for called in ("form-group", "ask-consultation", "propose-partnership"):
        address = f"/cases/tanpa-kasus/baru/{called}?school={elsewhere.id}"
        assert (await page(cases, school.counsellor, address)).status_code == 403
        assert (await sent(cases, school.counsellor, address, {"key": "k"})).status_code == 403
        assert f'href="{address}"' not in (await page(cases, school.counsellor, MINE)).text
