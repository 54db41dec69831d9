"""The case page: who, how urgent and why, what is expected by when, what may be done, what was done; and nothing that is a code (people page, The desk)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.cases.domain.casework import CASEWORK, type_of
from services.cases.forms.wording import forms_of
from services.cases.pages.links import ARRANGED
from services.cases.reading.vocabulary import words_of
from shared.events import TaskMoved
from tests.cases.asking import goal, sent
from tests.erasing import erase

pytestmark = pytest.mark.anyio

FORMS = forms_of()


class Seen(HTMLParser):
    """What a page shows to a reader, text by text, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style", "title", "form")
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style", "title", "form")

    def handle_data(self, data):
        if data.strip() and not self._hidden:
            self.texts.append(data.strip())


async def shown(cases, case, who, query="") -> str:
    answer = await cases.client.get(f"/cases/cases/{case}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


def offered(html: str) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """The steps that a page leads to: name, and what each is about. A link into the middle of a page explains why a step is not possible."""
    arranged = {place: called for called, place in ARRANGED.items()}
    found = [urlsplit(each) for each in Seen(html).links if "/langkah/" in each or urlsplit(each).path.rpartition("/")[2] in arranged]
    names = {each: arranged.get(each.path.rsplit("/", 1)[1], each.path.rsplit("/", 1)[1]) for each in found if not each.fragment}
    return {(name, tuple(sorted((n, v) for n, v in parse_qsl(each.query) if n != "alasan"))) for each, name in names.items()}


async def possible(cases, case, who) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    steps = (await cases.get(f"cases/{case}/possible", who)).json()["items"]
    return {(each["called"], tuple(sorted((name, str(value)) for name, value in each["fields"].items()))) for each in steps}


async def busy(school) -> str:
    """A case in which much has happened: guardians, a plan, counselling, a teacher asked, a conference, a note."""
    await school.person("mother", "guardian")
    case = await school.case(categories=("bullying",), facts={"repeated": True})
    done, counsellor = school.desk.done, school.counsellor
    await done(case, "assess-case", counsellor, field="social", findings="Temuan kenari", safe=True)
    await done(case, "plan-case", counsellor, goals=[goal(school) | {"words": "Berani bercerita"}])
    await done(case, "assess-guardian", counsellor, guardian=school.named("mother"), safe=True, reason="Alasan kenari")
    await done(case, "note", counsellor, text="Catatan kenari")
    await school.held(case)
    await school.ask(case)
    await school.conference(case)
    return case


async def test_what_is_possible_is_what_the_page_offers_to_everybody(cases):
    school = await cases.school()
    case = await busy(school)
    people = (school.counsellor, school.other, school.principal, cases.who("auditor", "auditor"))
    for who in people:
        assert offered(await shown(cases, case, who)) == await possible(cases, case, who)
    page = await shown(cases, case, school.coordinator, "?reason=supervision")
    assert offered(page) == await possible(cases, case, school.coordinator)
    assert len(offered(await shown(cases, case, school.counsellor))) > 40


async def test_it_says_who_how_urgent_and_why_who_has_it_and_what_is_expected_first(cases):
    school = await cases.school()
    case = await busy(school)
    texts = Seen(await shown(cases, case, school.counsellor)).texts
    head = " ".join(texts[texts.index("tinggi") :][:12])
    assert all(said in head for said in ("tinggi", "perundungan", "berulang", "student", "Dipegang counsellor", "dalam penanganan", "Yang ditunggu:"))


async def test_activities_are_cards_with_their_history_in_words_and_what_was_written(cases):
    school = await cases.school()
    case = await busy(school)
    texts = " | ".join(Seen(await shown(cases, case, school.counsellor)).texts)
    for said in (
        "Konseling individual",
        "Layanan konseling individual diberikan.",
        "Kenari rahasia",
        "Konferensi kasus",
        "Tanya kenari",
        "Janji kenari",
    ):
        assert said in texts
    for said in ("Berani bercerita", "Catatan kenari", "aman untuk dihubungi", "Siapa yang melihat", "Temuan kenari"):
        assert said in texts


async def test_what_is_not_for_the_reader_is_named_as_withheld(cases):
    school = await cases.school()
    case = await busy(school)
    await cases.done(case, "assign", school.counsellor, to=school.named("counsellor"))
    page = await shown(cases, case, school.other)
    texts = " | ".join(Seen(page).texts)
    assert "Anda melihat ringkasan kasus ini." in texts
    assert "Isinya hanya untuk yang berhak membacanya." in texts
    assert "Konseling individual" in texts
    assert "enari" not in texts and "Berani bercerita" not in texts and "Siapa yang melihat" not in texts


async def test_after_a_form_the_page_says_in_words_what_was_saved(cases):
    school = await cases.school()
    case = await school.case()
    assert "Tambah catatan kasus" in unescape(await shown(cases, case, school.counsellor, "?tersimpan=note")).split("<h1>")[0]
    assert "Tersimpan." not in await shown(cases, case, school.counsellor, "?tersimpan=nonsense")


async def test_the_timeline_is_filtered_by_strategy_and_person(cases):
    school = await cases.school()
    case = await busy(school)
    whole = await shown(cases, case, school.counsellor)
    history = whole[whole.index('id="riwayat"') :]
    assert "Catatan ditambahkan." in history and "Layanan konseling individual diberikan." in history
    filtered = await shown(cases, case, school.counsellor, "?kegiatan=counselling")
    history = filtered[filtered.index('<ol class="timeline">', filtered.index('id="riwayat"')) :]
    assert "Layanan konseling individual diberikan." in history and "Catatan ditambahkan." not in history
    nobody = await shown(cases, case, school.counsellor, "?orang=nobody")
    assert "Catatan ditambahkan." not in nobody[nobody.index('<ol class="timeline">', nobody.index('id="riwayat"')) :]


async def test_no_id_no_code_and_no_english_word_stands_on_it(cases):
    school = await cases.school()
    case = await busy(school)
    pages = [await shown(cases, case, who) for who in (school.counsellor, school.other, school.principal, cases.who("auditor", "auditor"))]
    texts = [text for page in pages for text in Seen(page).texts]
    codes = {type_of(event) for chapter in CASEWORK.chapters for event in chapter.tells} | {each.called for each in CASEWORK.commands}
    codes |= {chapter.name for chapter in CASEWORK.chapters if "-" in chapter.name} | {
        code for chapter in CASEWORK.chapters for code in chapter.awaits if "-" in code
    }
    codes = {each for each in codes if "-" in each}
    english = (
        {pair[1] for pair in words_of().deadlines.values()} | {each.title[1] for each in FORMS.values()} | {"and", "the", "withheld", "None", "True"}
    )
    ids = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\bschool-\d")
    assert [text for text in texts if ids.search(text)] == []
    assert [text for text in texts if codes & set(re.findall(r"[\w-]+", text))] == []
    assert [text for text in texts if text in english or {"and", "the", "withheld"} & set(text.split())] == []


async def test_an_auditor_reads_no_name_and_no_age_and_the_school_does(cases):
    """Officers and auditors find cases by id (domain.md, Who is who)."""
    school = await cases.school()
    await school.person("student", "student")
    case = await school.case()
    headings = {
        who: re.search(r"<h1>(.*?)</h1>", await shown(cases, case, headers), re.DOTALL)
        for who, headers in {"auditor": cases.who("auditor", "auditor"), "counsellor": school.counsellor}.items()
    }
    told = {who: match[1].strip() if match else "" for who, match in headings.items()}
    assert told["auditor"] == "Kasus"
    assert told["counsellor"] not in ("", "Kasus")


async def test_what_the_history_says_several_times_in_a_row_stands_once_with_how_often(cases):
    school = await cases.school()
    case = await school.case()
    for word in ("satu", "dua", "tiga"):
        await cases.done(case, "note", school.counsellor, text=word)
    summary = history_of(await shown(cases, case, school.principal))
    assert (summary.count("(3 kali)"), "Isinya tidak untuk Anda." in summary) == (1, False)
    whole = history_of(await shown(cases, case, school.counsellor))
    assert (whole.count("Catatan ditambahkan."), "kali)" in whole) == (3, False), "what was written differs"


async def test_two_people_on_one_case_see_each_other(cases):
    """people.md, The desk."""
    school = await cases.school()
    case = await school.case()
    here = "Baru saja membuka kasus ini juga:"
    assert here not in await shown(cases, case, school.counsellor)
    assert here in await shown(cases, case, school.coordinator, "?reason=supervision")
    assert here in await shown(cases, case, school.counsellor)
    assert (await cases.client.get("/cases/untuk-saya", headers=school.who("student"))).status_code == 200
    (line,) = re.findall(rf"{here}([^<]*)</p>", await shown(cases, case, school.counsellor))
    assert re.fullmatch(r"coordinator \(\d\d\.\d\d\)", line.strip()), "a child who reads their own page is no colleague"
    assert here not in await shown(cases, case, school.principal), "a summary does not say who reads the content"


def history_of(told: str) -> str:
    return told[told.index('id="riwayat"') : told.index('<div class="around">')]


async def test_what_an_agency_says_and_when_it_wants_to_meet_stands_on_the_page_for_whoever_reads_the_case(cases):
    school = await cases.school()
    case = await school.case()
    referral, student = await sent(cases, school, case), school.named("student")
    note = await cases.kernel.vault.seal(student, "answer", "Berapa usia pipit?", "task-t/note-1")
    known = {"task": "t", "referral": referral, "agency": "agency-1", "case": case, "student": student, "school": school.id}
    at = datetime(2026, 12, 7, 2, 30, tzinfo=UTC)
    for told in (
        {"trigger": "fetch", "state": "received", "channel": "letter"},
        {"trigger": "ask", "state": "received", "note": note, "channel": "portal"},
        {"trigger": "schedule", "state": "in-progress", "at": at, "channel": "phone"},
        {"trigger": "reschedule", "state": "in-progress", "at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {"trigger": "decline", "state": "rejected", "reason": "no-capacity"},
    ):
        await cases.hear(TaskMoved(**known, business_status="x", **told), "notifications")
    texts = " | ".join(Seen(await shown(cases, case, school.counsellor)).texts)
    for said in ("Berapa usia pipit?", "tautan atau halaman lembaga", "7 Desember 2026, 09.30", "telepon", "tidak ada tempat saat ini"):
        assert said in texts
    assert ("ditulis lembaga tidak mungkin" in texts, "| surat" in texts) == (True, False), "a look of the agency's is no answer"
    assert "pipit" not in await shown(cases, case, school.principal)
    await erase(cases.kernel, student)
    erased = await shown(cases, case, school.counsellor)
    assert ("pipit" in erased, "Sudah dihapus." in erased) == (False, True)
