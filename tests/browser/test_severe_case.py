"""The severe case (domain.md, Darurat) in a real browser on a phone's screen, from the link in the alert's mail to the closing letter.

Its people do everything by pages; the agency answers by API. The services are the three processes of a district.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from district.sample.people import generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity
from tests.browser import needs_browser
from tests.browser.severe import Person, alert_links
from tests.faults.rig import AGENCY, rig
from tests.patience import asked_patiently

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(600), needs_browser]

ZONE = ZoneInfo("Asia/Jakarta")
STUDENT, COUNSELLOR, PRINCIPAL = "smp1-murid-060", "smp1-staf-03", "smp1-staf-01"
WORDS = "Uraian seperlunya."


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("severe")) as running:
        yield running


def someone(key: str) -> str:
    return person_id(SOURCE, key)


def moment(**span: float) -> str:
    return (datetime.now(ZONE) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M")


def day(**span: float) -> str:
    return moment(**span)[:10]


class Agency:
    """The hospital, by its API."""

    def __init__(self, district) -> None:
        self.headers, self.base = (
            district.headers(Identity(AGENCY, "agency")),
            f"{district.deployment.origin('notifications')}/notifications/api/tasks",
        )

    def task(self) -> str | None:
        found = asked_patiently(self.base, self.headers).raise_for_status().json()["items"]
        return found[0]["id"] if found else None

    def package(self, task: str) -> str:
        httpx.get(f"{self.base}/{task}", headers=self.headers).raise_for_status()
        return httpx.get(f"{self.base}/{task}/package", headers=self.headers).raise_for_status().json()["package"]

    def says(self, task: str, **told: str) -> None:
        httpx.post(f"{self.base}/{task}/transitions", json=told, headers=self.headers).raise_for_status()


def reported(district) -> str:
    """A student's plan to end their life, as a friend reports it; the case."""
    body = {
        "school": school_id(SOURCE, "smp1"), "students": [{"id": someone(STUDENT), "role": "affected"}], "kind": "incident", "categories": ["suicide"],
        "facts": {"suicide_plan": True}, "narrative": "Ia menulis pesan pamit.", "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    headers = district.service() | {"idempotency-key": "severe"}
    told = httpx.post(f"{district.deployment.origin('intake')}/intake/api/concerns", json=body, headers=headers).raise_for_status().json()
    return district.wait_for(lambda: district._case_of(told["concern_id"]), "a case")


async def test_the_severe_case_from_the_mail_to_the_closing_letter_through_pages(chromium, district):  # noqa: PLR0915 - one story
    origin = district.deployment.origin("cases")
    people = {each.key: each for each in generate().people}
    guardian = someone(people[STUDENT].guardians[0])
    case = reported(district)
    address = f"{origin}/cases/cases/{case}"

    async def opened(key: str) -> Person:
        size = {"width": 390, "height": 844}
        browsing = await chromium.new_context(viewport=size, extra_http_headers=district.headers(Identity(someone(key), "person")))
        return Person(await browsing.new_page(), address)

    counsellor = await opened(COUNSELLOR)
    page = counsellor.page

    # the alert's mail: the link takes it in hand, and shows nothing of it
    mails = district.folder / "mails.jsonl"
    (link, *_) = district.wait_for(lambda: alert_links(mails, people[COUNSELLOR].email), "the alert's mail")
    await page.goto(f"{district.deployment.origin('notifications')}{link}")
    await page.get_by_role("button", name="Saya tangani").click()
    await page.get_by_text("Anda menanganinya").wait_for()

    # the first hour
    await counsellor.take("acknowledge")
    await counsellor.take("agree-safety-plan", words=WORDS, review_by=day(days=2))
    await counsellor.take("assess-case", field="personal", findings=WORDS, safe="no")

    # the hospital by phone first; the package is exactly what was shown; the letter at once
    await page.goto(address)
    await counsellor.follow("rujuk")
    await counsellor.fill(need="safety")
    await counsellor.button().click()
    await page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    await counsellor.fill(agency=AGENCY, why=WORDS)
    await counsellor.button().click()
    await counsellor.fill(consent="phoned", phoned_ground="vital-interest", said=WORDS, problem="Rencana bunuh diri.", wanted="Pemeriksaan segera.")
    await counsellor.button().click()
    shown = await page.locator(".read").inner_text()
    await counsellor.save()
    await counsellor.letter()
    agency = Agency(district)
    task = district.wait_for(agency.task, "the agency's task")
    assert agency.package(task) == shown
    agency.says(task, trigger="accept")

    # the family: a guardian who is safe is told in the counsellor's words
    await counsellor.take("assess-guardian", safe="yes", reason=WORDS)
    await counsellor.take("tell-guardian", words=WORDS, serious_danger="1")

    # a teacher is asked, and answers from what waits for them
    teacher = next(key for key, each in people.items() if key.startswith("smp1-staf") and "homeroom" in each.roles)
    await counsellor.take("ask-teacher", teacher=someone(teacher), aim="information", question=WORDS, respond_by=day(days=2))
    asked = await opened(teacher)
    await asked.page.goto(f"{origin}/cases/menunggu")
    await asked.page.locator("main .rows a").first.click()
    await asked.fill(answer=WORDS)
    await asked.button().click()
    await asked.page.wait_for_url("**/cases/menunggu?tersimpan=*")
    await counsellor.take("record-guidance-result", helped="yes", result=WORDS)

    # a conference of two who are invited by name; minutes, and a commitment that is kept
    invited = {f"invitees__{number}__{part}": value for number, person in enumerate((COUNSELLOR, PRINCIPAL))
               for part, value in (("person", someone(person)), ("side", "school"), ("reason", "support"))}  # fmt: skip
    await counsellor.take("propose-conference", kind="help", purpose=WORDS, when=moment(hours=1), **invited)
    await counsellor.take("hold-conference", present=[someone(COUNSELLOR), someone(PRINCIPAL)], pledge="yes")
    await counsellor.take("minute-conference", facts=WORDS, decisions=WORDS, commitments__0__owner=someone(PRINCIPAL), commitments__0__what=WORDS,
                          commitments__0__due=day(days=7))  # fmt: skip
    await counsellor.letter()
    await counsellor.take("keep-commitment")
    await counsellor.take("close-conference", result=WORDS)

    # a visit to the safe home, with its letter of assignment
    await counsellor.take(
        "plan-visit", gap=WORDS, questions=WORDS, serious_danger="1", when=moment(hours=2), endorsed_by=someone(PRINCIPAL), letter="800/7"
    )
    await counsellor.letter()
    await counsellor.take("record-visit", met=guardian, observations=WORDS, commitment=WORDS, accuracy_checked="yes")
    await counsellor.take("report-visit", report=WORDS)
    await counsellor.take("use-visit", use=WORDS)

    # counselling, recorded as a session that took place
    await page.goto(f"{address}/catat")
    await counsellor.fill(at=moment(minutes=-30), story=WORDS, result="helped", next="ended", area="personal", confidentiality="1")
    await counsellor.save()

    # what is still open is named; the hospital's outcome, its evaluation, and the end
    await page.goto(address)
    await counsellor.follow("close")
    assert "Selesaikan dahulu." in await page.locator("main").inner_text()
    agency.says(task, trigger="outcome", note="Sudah ditangani.")
    district.wait_for(lambda: district.sql("SELECT 1 FROM cases.event WHERE type = 'referral-moved' AND body LIKE %s", "%completed%"), "the outcome")
    await counsellor.take("evaluate-referral", helped="yes", finding=WORDS)
    await counsellor.take("close", outcome_class="referred", task_reviewed=WORDS)
    await counsellor.letter()
    await page.get_by_text("Surat keterangan selesai layanan").first.wait_for()
