"""The letter itself on the guardian's page, after the code: their summons to the meeting of which they were told, and no other paper (ADR 93)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.access import service_principal
from tests.browser.serving import on_a_port
from tests.cases.desk import desk as cases_desk
from tests.cases.desk import soon
from tests.cases.letters.office import Office, office
from tests.keys import bearer
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.family import WORDS, Family
from tests.notifications.scenes import in_states, now, staffed

pytestmark = pytest.mark.anyio


@dataclass
class Home:
    """A school that writes letters, and the families that read them. case: with a meeting to which the mother was summoned."""

    office: Office
    family: Family
    case: str
    meeting: str

    @property
    def mother(self) -> str:
        return self.office.school.named("mother")

    async def issue(self, **more: Any) -> tuple[dict, bytes]:
        """The summons, and its kept bytes."""
        (summons,) = [each for each in await self.office.documents(self.case) if each["name"] == "parent-summons"]
        issued = await self.office.issue(f"cases/{self.case}", "parent-summons", summons["version"], **more)
        return issued, await self.office.pdf(issued)

    async def opened(self, guardian: str, **more: Any) -> tuple[str, str]:
        """The page of a guardian who was told of the meeting and typed the code, and its address."""
        known: dict[str, Any] = {"asks": "appointment", "about": self.meeting, "meet_at": now()} | more
        told = await self.family.tell(self.case, guardian, **known)
        await in_states(self.family.running, self.case, *["sent"] * len(self.family.told))
        link, code = self.family.link(), await self.family.code(told)
        await self.phone.post(link, data={"code": code})
        return (await self.phone.get(link)).text, link

    def __post_init__(self) -> None:
        self.phone = self.family.browser()


@pytest.fixture
async def at_home(database, redis_server) -> AsyncIterator[Home]:
    mailbox = Mailbox()
    async with (
        cases_desk(database, redis_server.url) as cases,
        on_a_port(cases.app) as origin,
        mail_server(mailbox) as smtp,
        desk(database, redis_server.url, smtp, TANGGAP_ORIGIN_CASES=origin) as running,
    ):
        made = await office(cases)
        school = made.school
        case = await school.case("ani")
        mother = await school.person("mother", "guardian")
        await cases.done(case, "assess-guardian", school.counsellor, guardian=mother, safe=True, reason="Aman")
        begun = await cases.done(case, "plan-parent-meeting", school.counsellor, guardian=mother, kind="help-at-home", goal="Rahasia")
        asked = {"summons": 1, "channel": "letter", "when": soon(days=2), "letter": "421.5/801/BK"}
        await cases.done(case, "invite-parent", school.counsellor, activity=begun["activity"], **asked)
        await staffed(running)
        await running.person("siswa", "student", guardians=("ayah", mother))
        await running.person(mother, "guardian")
        found = Home(made, Family(running, mailbox), case, begun["activity"])
        async with found.phone:
            yield found


async def test_the_summons_opens_after_the_code_exactly_as_it_was_issued_and_is_recorded_as_read(at_home):
    issued, kept = await at_home.issue()
    page, link = await at_home.opened(at_home.mother)
    assert WORDS in page
    assert f"{link}/surat/{issued['id']}" in page
    assert issued["number"] in page
    assert "hapus dari Unduhan bila ponsel dipakai bersama" in page
    answer = await at_home.phone.get(f"{link}/surat/{issued['id']}")
    assert (answer.content == kept, answer.headers["content-type"], answer.headers["cache-control"]) == (True, "application/pdf", "no-store")
    (reads,) = await at_home.office.cases.sql("SELECT count(*) FROM read_log WHERE reader = %s AND what = 'summons'", at_home.mother)
    assert reads == (1,)
    async with at_home.family.browser() as stranger:
        assert (await stranger.get(f"{link}/surat/{issued['id']}")).status_code == 404, "nothing before the second factor"


@pytest.mark.parametrize("more", [{}, {"asks": "reading", "about": None, "meet_at": None}], ids=["another guardian", "another message"])
async def test_whoever_was_not_told_of_a_meeting_of_their_own_opens_no_letter(at_home, more: dict[str, Any]):
    issued, _ = await at_home.issue()
    page, link = await at_home.opened(at_home.mother if more else "ayah", **more)
    assert (WORDS in page, "Surat untuk Anda" in page) == (True, False)
    assert (await at_home.phone.get(f"{link}/surat/{issued['id']}")).status_code == 404


async def test_a_letter_that_was_replaced_opens_no_more(at_home):
    first, _ = await at_home.issue()
    second, _ = await at_home.issue(replaces=first["id"])
    page, _ = await at_home.opened(at_home.mother)
    assert (first["id"] in page, second["id"] in page) == (False, True)


async def test_nobody_but_notifications_asks_for_them(at_home):
    asked = {"case": at_home.case, "guardian": at_home.mother, "about": at_home.meeting}
    for who in (at_home.office.school.counsellor, at_home.office.school.teacher, at_home.office.cases.duty):
        answer = await at_home.office.cases.post("guardian-letters/find", who, **asked)
        assert answer.status_code == 403
    issued, _ = await at_home.issue()
    intake = bearer(at_home.office.cases.settings, service_principal("intake"))
    for path, more in (("find", {}), ("pdf", {"document": issued["id"]})):
        answer = await at_home.office.cases.post(f"guardian-letters/{path}", intake, **asked, **more)
        assert (path, answer.status_code) == (path, 403), "also no other service of ours"


async def test_staff_read_that_the_guardian_opened_the_letter_and_not_the_case(at_home):
    issued, _ = await at_home.issue()
    _, link = await at_home.opened(at_home.mother)
    assert (await at_home.phone.get(f"{link}/surat/{issued['id']}")).status_code == 200
    cases, counsellor = at_home.office.cases, at_home.office.school.counsellor
    page, every = [(await cases.client.get(f"/cases/cases/{at_home.case}{path}", headers=counsellor)).text for path in ("", "/pembaca")]
    assert "Baru saja membuka kasus ini juga:" not in page
    assert [text.count("surat panggilan saja") for text in (page, every)] == [1, 1]
