"""*Rujuk ke lembaga* without a browser: what is kept, what is refused at which field, and which commands become of it (ADR 44)."""

import json
import re
from collections.abc import Mapping, Sequence
from html import unescape

import pytest

from services.cases.domain.steps.home import GuardianUnsafe
from tests.browser.directory import beside_the_directory
from tests.cases.desk import School, desk

pytestmark = pytest.mark.anyio

NEED = {"need": "mental-health", "age": "14"}
RECEIVER = {"agency": "psikolog", "alternatives": "rsud", "why": "Alasan kenari"}
PACKAGE = {"identity": ["name"], "problem": "Masalah kenari", "wanted": "Pemeriksaan kenari"}


@pytest.fixture
async def referring(database, redis_server):
    async with beside_the_directory(database, redis_server.url) as running:
        yield running


class Counsellor:
    """Somebody who refers, and what they see."""

    def __init__(self, cases, case, who) -> None:
        self.cases, self.case, self.who = cases, case, who | {"sec-fetch-site": "same-origin"}

    async def get(self, page: str = ""):
        return await self.cases.client.get(f"/cases/cases/{self.case}/rujuk{page}", headers=self.who)

    async def post(self, page: str, typed: Mapping[str, str | Sequence[str]]):
        return await self.cases.client.post(f"/cases/cases/{self.case}/rujuk{page}", headers=self.who, data=dict(typed))

    async def through(self, contents: Mapping[str, str | Sequence[str]], receiver: Mapping[str, str] = RECEIVER):
        """To the last page; what it would send."""
        await self.post("", NEED)
        await self.post("/penerima", receiver)
        answer = await self.post("/isi", PACKAGE | dict(contents))
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/cases/cases/{self.case}/rujuk/periksa"), answer.text
        return (await self.get("/periksa")).text


async def kinds(cases, case) -> list[str]:
    rows = await cases.sql("SELECT type FROM event WHERE stream = %s ORDER BY version", f"case-{case}")
    referring = ("referral", "consent", "approval-asked", "help-called")
    return [row[0] for row in rows if row[0].startswith(referring)]


def sending(page: str) -> dict[str, list[str]]:
    """The hidden fields of the last page, each with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(unescape(value))
    return found


async def referrer(cases, **told) -> tuple[School, str, Counsellor]:
    school = await cases.school()
    case = await school.case(**told)
    return school, case, Counsellor(cases, case, school.counsellor)


async def test_consent_of_a_guardian_and_the_wish_for_approval_are_one_append(referring):
    school, case, who = await referrer(referring)
    await school.person("mother", "guardian")
    mother = school.named("mother")
    contents = {"consent": "given", "giver": mother, "how": "spoken", "form": "lembar 3", "approver": school.named("principal")}
    page = await who.through(contents)
    assert "Murid: student\n\nMasalah yang dirujuk:\nMasalah kenari\n\nYang diminta:\nPemeriksaan kenari" in page
    answer = await who.post("/periksa", sending(page))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/cases/{case}?tersimpan=draft-referral")
    assert await kinds(referring, case) == ["referral-drafted", "consent-recorded", "approval-asked"]
    (consent,) = [json.loads(each) for each in await referring.events(case, "consent-recorded")]
    assert (consent["giver"], consent["guardian"], consent["how"], consent["form"]) == ("guardian", mother, "spoken", "lembar 3")
    (drafted,) = [json.loads(each) for each in await referring.events(case, "referral-drafted")]
    assert (drafted["agency"], drafted["alternatives"], drafted["consent"]) == ("psikolog", ["rsud"], "asked")


async def test_a_second_press_is_the_same_act(referring):
    school, case, who = await referrer(referring)
    fields = sending(await who.through({"consent": "asked", "approver": school.named("principal")}))
    answers = [await who.post("/periksa", fields) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert await kinds(referring, case) == ["referral-drafted", "approval-asked"]


async def test_without_consent_a_second_person_is_asked(referring):
    school, case, who = await referrer(referring)
    contents = {"consent": "overridden", "ground": "legal-duty", "ground_reason": "Dasar kenari", "approver": school.named("principal")}
    assert (await who.post("/periksa", sending(await who.through(contents)))).status_code == 303
    assert await kinds(referring, case) == ["referral-drafted", "consent-override-proposed", "approval-asked"]


async def test_after_a_call_it_is_sent_at_once_and_exactly_as_it_was_shown(referring):
    _, case, who = await referrer(referring, categories=("suicide",), facts={"suicide_plan": True})
    contents = {"consent": "phoned", "phoned_ground": "vital-interest", "said": "Telepon kenari"}
    page = await who.through(contents, {"agency": "rsud", "why": "Buka 24 jam"})
    assert "Kirim rujukan sekarang" in page
    answer = await who.post("/periksa", sending(page))
    assert answer.headers["location"] == f"/cases/cases/{case}?tersimpan=send-referral"
    assert await kinds(referring, case) == ["referral-drafted", "help-called", "referral-sent"]
    shown = await referring.client.get(answer.headers["location"], headers=who.who)
    assert "Terbitkan surat alih tangan kasus" in shown.text
    (letter,) = re.findall(rf'href="(/cases/cases/{case}/surat/referral-letter/[^"]+)"', shown.text)
    issuing = (await referring.client.get(letter, headers=who.who)).text
    assert "Yth. Pimpinan RSUD Contoh\ndi tempat</textarea>" in issuing, "a letter goes to somebody by name"


async def test_an_unsafe_guardian_is_neither_asked_for_consent_nor_named_to_the_agency(referring):
    school, case, who = await referrer(referring, categories=("suicide",), facts={"suicide_plan": True})
    mother = await school.person("mother", "guardian")
    said = {"guardian": mother, "safe": False, "reason": "Alasan"}
    await referring.done(case, "assess-guardian", school.counsellor, **said)
    page = await who.through({"consent": "given", "giver": mother, "form": "lembar 3", "approver": school.named("principal")})
    refused = await who.post("/periksa", sending(page))
    assert (refused.status_code, GuardianUnsafe.indonesian in refused.text, await kinds(referring, case)) == (409, True, [])
    page = await who.through({"consent": "phoned", "phoned_ground": "vital-interest", "said": "Telepon"}, {"agency": "rsud", "why": "Buka 24 jam"})
    assert mother not in (await who.get("/isi")).text
    assert "Orang tua/wali" not in page
    assert (await who.post("/periksa", sending(page))).status_code == 303
    papers = (await referring.get(f"cases/{case}/documents", school.counsellor)).json()
    (letter,) = [each for each in papers["items"] if each["name"] == "referral-letter"]
    assert letter["data"]["guardians"] is None


async def test_a_call_first_is_offered_in_an_emergency_alone(referring):
    school, _, who = await referrer(referring)
    await who.through({"consent": "asked", "approver": school.named("principal")})
    assert 'value="phoned"' not in (await who.get("/isi")).text


async def test_what_was_written_waits_in_the_form_that_sends_it(referring):
    school, case, who = await referrer(referring)
    contents = {"consent": "given", "giver": "student", "form": "lembar 3", "approver": school.named("principal")}
    await who.post("/periksa", sending(await who.through(contents)))
    (drafted,) = [json.loads(each)["referral"] for each in await referring.events(case, "referral-drafted")]
    approving = await referring.client.get(f"/cases/cases/{case}/langkah/approve-referral?referral={drafted}", headers=school.principal)
    assert ("Rancangan paket" in approving.text, "Masalah kenari" in approving.text) == (True, True), "who approves reads what waits to go out"
    kept = (await referring.get(f"cases/{case}/reads", school.counsellor)).json()["items"]
    assert (school.named("principal"), "package") in [(each["reader"], each["what"]) for each in kept]
    await referring.done(case, "approve-referral", school.principal, referral=drafted)
    form = await referring.client.get(f"/cases/cases/{case}/langkah/send-referral?referral={drafted}", headers=who.who)
    assert "Masalah kenari" in form.text
    assert (await who.get()).text.count("kenari") == 0, "the next referral begins anew"


@pytest.mark.parametrize(
    ("page", "typed", "wrong"),
    [
        ("", {"age": "empat belas"}, {"age"}),
        ("", {"age": "151"}, {"age"}),
        ("", {"age": "9" * 5_000}, {"age"}),
        ("", {"words": "x" * 201}, {"words"}),
        ("", {"need": "kenari"}, {"need"}),
        ("", {"need": "k" * 200}, {"need"}),
        ("", NEED | {"words": "\\u0000"}, {"words"}),
        ("/penerima", {}, {"agency", "why"}),
        ("/penerima", RECEIVER | {"alternatives": "psikolog"}, {"alternatives"}),
        ("/penerima", RECEIVER | {"why": "x" * 20_001}, {"why"}),
        ("/isi", {}, {"consent", "problem", "wanted"}),
        ("/isi", PACKAGE | {"consent": "given"}, {"giver", "form", "approver"}),
        ("/isi", PACKAGE | {"consent": "asked"}, {"approver"}),
        ("/isi", PACKAGE | {"consent": "overridden", "approver": "p"}, {"ground", "ground_reason"}),
        ("/isi", PACKAGE | {"consent": "phoned"}, {"phoned_ground", "said"}),
        ("/isi", PACKAGE | {"consent": "asked", "approver": "p", "done": "x" * 20_001}, {"done"}),
    ],
)
async def test_each_refusal_stands_at_its_field_and_in_the_summary_and_what_was_typed_stays(referring, page, typed, wrong):
    _, case, who = await referrer(referring)
    await who.post("", NEED)
    if page == "/isi":
        await who.post("/penerima", RECEIVER)
    answer = await who.post(page, typed)
    assert answer.status_code == 422
    assert {name for name in ("agency", "alternatives", *typed, *wrong) if f'href="#{name}"' in answer.text} == wrong
    assert all(f'id="{name}-error"' in answer.text for name in wrong)
    assert await kinds(referring, case) == []
    if "problem" in typed:
        assert "Masalah kenari" in (await who.get("/isi")).text


@pytest.mark.parametrize("typed", [{"age": "9" * 5_000}, {"need": "kenari"}])
async def test_what_cannot_be_looked_for_closes_no_page_afterwards(referring, typed):
    _, case, who = await referrer(referring)
    await who.post("/konsep", {"page": "need"} | typed)
    assert [(await who.get(page)).status_code for page in ("", "/penerima")] == [200, 200 if "need" in typed else 303]
    assert (await who.post("", NEED)).headers["location"] == f"/cases/cases/{case}/rujuk/penerima"
    assert "psikolog" in (await who.get("/penerima")).text


async def test_a_page_before_its_time_leads_to_the_first_that_is_not_complete(referring):
    _, case, who = await referrer(referring)
    assert (await who.get("/periksa")).headers["location"] == f"/cases/cases/{case}/rujuk/penerima"


async def test_what_the_road_refuses_is_told_on_the_last_page_with_everything_still_there(referring):
    school, case, who = await referrer(referring)
    fields = sending(await who.through({"consent": "asked", "approver": school.named("principal")})) | {"approver": ["nobody"]}
    answer = await who.post("/periksa", fields)
    assert (answer.status_code, await kinds(referring, case)) == (422, [])
    assert "Masalah kenari" in answer.text


async def test_a_draft_is_dropped_where_somebody_wants_to_begin_anew(referring):
    _, case, who = await referrer(referring)
    await who.post("", NEED | {"words": "kenari"})
    assert (await who.post("/konsep", {"page": "need", "buang": "1"})).headers["location"] == f"/cases/cases/{case}/rujuk"
    assert "kenari" not in (await who.get()).text


@pytest.mark.parametrize("role", ["teacher", "principal"])
async def test_nobody_else_refers(referring, role):
    school, case, _ = await referrer(referring)
    other = Counsellor(referring, case, getattr(school, role))
    answers = [await other.get(), await other.post("", NEED), await other.post("/konsep", {}), await other.post("/periksa", {})]
    assert {each.status_code for each in answers} <= {403, 404}


async def test_a_counsellor_of_another_school_is_told_nothing(referring):
    _, case, _ = await referrer(referring)
    elsewhere = await referring.school()
    stranger = Counsellor(referring, case, elsewhere.counsellor)
    answers = [await stranger.get(), await stranger.post("", NEED), await stranger.post("/konsep", {}), await stranger.post("/periksa", {})]
    assert {each.status_code for each in answers} == {404}


async def test_where_the_directory_does_not_answer_what_was_typed_comes_back(database, redis_server):
    async with desk(database, redis_server.url) as alone:
        _, _, who = await referrer(alone)
        who.who |= {"accept": "text/html"}
        answer = await who.post("", NEED | {"age": "x", "words": "kenari"})
        assert answer.status_code == 503
        assert "kenari" in answer.text
