"""One command, one form: what is asked follows from the command, its words lie beside it, and nothing typed is lost (people page, rules 1 to 3)."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from services.cases.domain.casework import CASEWORK
from services.cases.forms.wording import forms_of
from services.cases.reading.vocabulary import WORDS
from shared.errors import StartRefused
from shared.events import PersonRegistered

pytestmark = pytest.mark.anyio

FORMS = forms_of()


class Fields(HTMLParser):
    """The fields of a page's form, as a browser would send them: name, kind and values that can be chosen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        name = told.get("name", "")
        if tag == "input" and told.get("type") == "hidden":
            self.hidden[name] = told.get("value", "")
        elif tag in ("input", "textarea", "select") and name:
            self.asked[name] = told.get("type", tag)
            self._select = name
            if told.get("type") in ("radio", "checkbox"):
                self.options.setdefault(name, []).append(told["value"])
        elif tag == "option" and told.get("value"):
            self.options.setdefault(self._select, []).append(told["value"])


def filled(fields: Fields) -> dict[str, str]:
    """Something in every field that has to be filled in, the first of what may be chosen."""
    samples = {"date": "2031-03-04", "datetime-local": "2031-03-04T10:00", "textarea": "Kata kenari", "text": "12"}
    found = {name: (fields.options.get(name) or [samples.get(kind, "1")])[0] for name, kind in fields.asked.items()}
    found.pop("happened_at", None)
    return fields.hidden | {name: value for name, value in found.items() if "-1-" not in name}


async def page(cases, who, address):
    return await cases.client.get(address, headers=who)


async def sent(cases, who, address, typed):
    return await cases.client.post(address, headers=who | {"sec-fetch-site": "same-origin"}, data=typed)


def address_of(case, step):
    query = "&".join(f"{name}={value}" for name, value in step["fields"].items())
    return f"/cases/cases/{case}/langkah/{step['called']}?{query}"


async def test_every_step_that_is_possible_has_a_form_that_opens(cases):
    school = await cases.school()
    case = await school.case()
    steps = (await cases.get(f"cases/{case}/possible", school.counsellor)).json()["items"]
    without_directory = [each for each in steps if each["called"] != "draft-referral"]
    answers = [(each["called"], await page(cases, school.counsellor, address_of(case, each))) for each in without_directory]
    assert [(called, answer.status_code) for called, answer in answers if answer.status_code != 200] == []
    assert len(answers) > 15


async def test_a_form_gives_its_command_and_leads_back_to_the_case(cases):
    school = await cases.school()
    case = await school.case()
    address = f"/cases/cases/{case}/langkah/note"
    fields = Fields((await page(cases, school.counsellor, address)).text)
    answer = await sent(cases, school.counsellor, address, fields.hidden | {"text": "Kata kenari"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/cases/{case}?tersimpan=note")
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()
    assert [each["text"] for each in told["notes"]] == ["Kata kenari"]


async def test_whoever_has_a_case_or_an_activity_is_not_offered_to_have_it(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.counsellor, to=school.named("counsellor"))
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x"))["activity"]
    handed = {"hand-over-case": "to", "assign": "to", "deputise-case": "deputy", f"hand-over-activity?activity={activity}": "to"}
    for called, field in handed.items():
        shown = Fields((await page(cases, school.counsellor, f"/cases/cases/{case}/langkah/{called}")).text)
        assert school.named("other") in shown.options[field], called
        assert school.named("counsellor") not in shown.options[field], called


async def test_whoever_gives_a_case_away_reads_that_it_is_saved_where_they_would_be_asked_why_they_read_it(cases):
    school = await cases.school()
    case = await school.concern()
    address = f"/cases/cases/{case}/langkah/assign"
    shown = Fields((await page(cases, school.coordinator, address)).text)
    answer = await sent(cases, school.coordinator, address, shown.hidden | {"to": school.named("other")})
    told = await page(cases, school.coordinator, answer.headers["location"])
    assert (told.status_code, "Tersimpan." in told.text, "Tugaskan konselor" in told.text) == (428, True, True)
    assert "Tersimpan." not in (await page(cases, school.coordinator, f"/cases/cases/{case}")).text


async def test_pressed_twice_it_is_one_act(cases):
    school = await cases.school()
    case = await school.case()
    address = f"/cases/cases/{case}/langkah/note"
    typed = Fields((await page(cases, school.counsellor, address)).text).hidden | {"text": "Kata kenari"}
    answers = [await sent(cases, school.counsellor, address, typed) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(await cases.events(case, "note-added")) == 1


async def test_other_words_under_the_same_form_are_not_lost_and_not_said_to_be_saved(cases):
    school = await cases.school()
    case = await school.case()
    address = f"/cases/cases/{case}/langkah/note"
    typed = Fields((await page(cases, school.counsellor, address)).text).hidden | {"text": "Kata kenari"}
    await sent(cases, school.counsellor, address, typed)
    answer = await sent(cases, school.counsellor, address, typed | {"text": "Kata kutilang"})
    assert answer.status_code == 422
    assert "Kata kutilang" in answer.text and "Belum tersimpan." in answer.text
    again = await sent(cases, school.counsellor, address, Fields(answer.text).hidden | {"text": "Kata kutilang"})
    assert again.status_code == 303
    assert len(await cases.events(case, "note-added")) == 2


async def test_what_is_missing_is_said_at_its_field_and_in_the_summary_and_the_rest_stays(cases):
    school = await cases.school()
    case = await school.case()
    address = f"/cases/cases/{case}/langkah/assess-case"
    typed = Fields((await page(cases, school.counsellor, address)).text).hidden | {"findings": "Kata kenari"}
    answer = await sent(cases, school.counsellor, address, typed)
    assert answer.status_code == 422
    assert "Kata kenari" in answer.text
    summary = re.findall(r'<a href="#(\w+)">([^<]+)</a>', answer.text[answer.text.index('class="errors"') : answer.text.index("<h1")])
    assert [(name, text.split(": ")[-1]) for name, text in summary] == [("field", "Isian ini belum diisi."), ("safe", "Isian ini belum diisi.")]
    assert summary[0] == ("field", "Bidang: Isian ini belum diisi."), "the summary says which one"


async def test_a_refusal_is_said_in_words_and_the_form_comes_back_as_it_was(cases):
    school = await cases.school()
    case = await school.case()
    address = f"/cases/cases/{case}/langkah/assign"
    fields = Fields((await page(cases, school.counsellor, address)).text)
    answer = await sent(cases, school.counsellor, address, fields.hidden | {"to": "nobody-at-all"})
    assert answer.status_code == 422
    assert "Orang ini tidak ditemukan" in unescape(answer.text)


async def test_people_are_found_by_name_and_no_id_is_read(cases):
    school = await cases.school()
    case = await school.case()
    shown = (await page(cases, school.counsellor, f"/cases/cases/{case}/langkah/assign")).text
    options = re.findall(r'<option value="([^"]+)">([^<]+)</option>', shown)
    assert (school.named("other"), "other") in options
    assert school.named("homeroom") not in dict(options)


async def test_two_people_at_one_activity_the_second_is_told_and_keeps_what_they_wrote(cases):
    school = await cases.school()
    case = await school.case()
    begun = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="Kata kenari")
    address = f"/cases/cases/{case}/langkah/schedule-counselling?activity={begun['activity']}"
    typed = Fields((await page(cases, school.counsellor, address)).text).hidden | {"when": "2031-03-04T10:00", "place": "Ruang kutilang"}
    await cases.done(case, "schedule-counselling", school.counsellor, activity=begun["activity"], when="2031-03-05T10:00:00+07:00", place="x")
    answer = await sent(cases, school.counsellor, address, typed)
    assert answer.status_code == 412
    assert "Ruang kutilang" in answer.text and "Belum tersimpan." in answer.text


async def test_rows_become_parts_with_ids_of_their_own(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "acknowledge", school.counsellor)
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    address = f"/cases/cases/{case}/langkah/plan-case"
    hidden = Fields((await page(cases, school.counsellor, address)).text).hidden
    rows = {"field": "social", "words": "Kata kenari", "owner": school.named("counsellor"), "due": "2031-03-04"}
    typed = {f"goals-{number}-{name}": value for number in (0, 2) for name, value in rows.items()}
    answer = await sent(cases, school.counsellor, address, hidden | typed)
    assert answer.status_code == 303, answer.text
    goals = (await cases.get(f"cases/{case}", school.counsellor)).json()["handling"]["goals"]
    assert [each["words"] for each in goals] == ["Kata kenari"] * 2
    assert len({each["goal"] for each in goals}) == 2
    assert goals[0]["due"] == "2031-03-04T23:59:00+07:00"


async def test_a_fault_in_a_row_is_said_at_the_field_of_that_row(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "acknowledge", school.counsellor)
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    address = f"/cases/cases/{case}/langkah/plan-case"
    hidden = Fields((await page(cases, school.counsellor, address)).text).hidden
    answer = await sent(cases, school.counsellor, address, hidden | {"goals-2-words": "Kata kenari"})
    assert answer.status_code == 422
    assert 'id="goals-2-field"' in answer.text
    assert '<a href="#goals-2-field">' in answer.text


@pytest.mark.parametrize("typed", ["31-12-2031", "besok", "2031-02-30T10:00", "' or 1=1", "9" * 300])
async def test_a_moment_that_no_calendar_has_is_said_in_words(cases, typed):
    school = await cases.school()
    case = await school.case()
    begun = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x")
    address = f"/cases/cases/{case}/langkah/schedule-counselling?activity={begun['activity']}"
    hidden = Fields((await page(cases, school.counsellor, address)).text).hidden
    answer = await sent(cases, school.counsellor, address, hidden | {"when": typed, "place": "x"})
    assert answer.status_code == 422
    assert "Tulis tanggal dan waktu yang ada di kalender." in answer.text


async def test_a_step_that_is_not_possible_is_said_to_be_so(cases):
    school = await cases.school()
    case = await school.case()
    answer = await cases.client.get(f"/cases/cases/{case}/langkah/reopen", headers=school.counsellor | {"accept": "text/html"})
    assert answer.status_code == 409
    assert "tidak (lagi) dapat dilakukan" in answer.text


@pytest.mark.parametrize("called", ["take-case", "record-alert", "no-such"])
async def test_what_is_no_command_has_no_form(cases, called):
    school = await cases.school()
    case = await school.case()
    assert (await page(cases, school.counsellor, f"/cases/cases/{case}/langkah/{called}")).status_code == 404


async def test_whoever_may_not_read_the_case_gets_no_form(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    answers = [
        await page(cases, elsewhere.counsellor, f"/cases/cases/{case}/langkah/note"),
        await sent(cases, elsewhere.counsellor, f"/cases/cases/{case}/langkah/note", {"key": "k", "text": "x"}),
    ]
    assert [each.status_code for each in answers] == [404, 404]


# the words ---------------------------------------------------------------------------------------------------------


def test_every_command_that_a_person_gives_has_a_form():
    assert FORMS.keys() == {each.called for each in (*CASEWORK.commands, *CASEWORK.beside_cases) if each.permission}


def test_a_field_without_words_is_a_fault(tmp_path):
    for path in WORDS.glob("*.forms.toml"):
        (tmp_path / path.name).write_text(path.read_text().replace('labels.urgency = ["Tingkat", "Level"]', ""))
    with pytest.raises(StartRefused, match=r"set-urgency asks for urgency without words: write labels.urgency"):
        forms_of(replace(CASEWORK), (tmp_path,))


def test_words_of_no_command_are_a_fault(tmp_path):
    for path in WORDS.glob("*.forms.toml"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "more.forms.toml").write_text('[no-such]\ntitle = ["a", "b"]\n')
    with pytest.raises(StartRefused, match=r"\[no-such\] belongs to no command"):
        forms_of(replace(CASEWORK), (tmp_path,))


async def test_an_entry_of_the_history_is_chosen_by_its_moment_and_words_and_nobody_types_a_number(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "note", school.counsellor, text="Kata kenari yang keliru tentang hari Senin, lalu Selasa")
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    (noted,) = [each["version"] for each in history if each["type"] == "note-added"]
    address = f"/cases/cases/{case}/langkah/correct-fact"
    shown = (await page(cases, school.counsellor, address)).text
    fields = Fields(shown)
    assert (fields.asked["event"], fields.options["event"][0]) == ("select", str(noted)), "the newest first"
    (option,) = re.findall(rf'<option value="{noted}">([^<]*)</option>', shown)
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d\.\d\d · \S+: .+ Kata kenari yang keliru tentang hari Sen…", unescape(option)), option
    answer = await sent(cases, school.counsellor, address, fields.hidden | {"event": str(noted), "words": "Rabu", "reason": "Keliru"})
    assert answer.status_code == 303
    (corrected,) = await cases.events(case, "fact-corrected")
    assert json.loads(corrected)["event"] == noted


async def test_where_there_is_nothing_to_choose_the_form_says_so_instead_of_ending_in_a_refusal(cases):
    school = await cases.school()
    address = f"/cases/cases/{await school.case()}/langkah/note-member"
    shown = (await page(cases, school.counsellor, address)).text
    assert ("Kelompok: tidak ada yang dapat dipilih." in shown, ">Simpan</button>" in shown) == (True, False)


async def test_two_children_of_one_name_are_told_apart_by_their_class(cases):
    school = await cases.school()
    case, other = await school.case(), await school.case("student-2")
    name = await cases.kernel.vault.seal(school.named("student-2"), "identity", "Ani Satu", f"{school.named('student-2')}/name")
    await cases.hear(PersonRegistered(person=school.named("student-2"), kind="student", school=school.id, name=name, homeroom="7B"))
    assert f'<option value="{other}">Ani Satu, 7B</option>' in (await page(cases, school.counsellor, f"/cases/cases/{case}/langkah/link-case")).text
