"""`/intake/laporan-saya`: what somebody reported with their name, and what became of it; never what they reported without it."""

import pytest

from services.intake.domain.concern import CONCERN, End
from shared.decider import execute
from shared.message import TANGGAP, Occasion
from tests.intake.reporting import running

pytestmark = pytest.mark.anyio

MINE = "/intake/laporan-saya"


@pytest.fixture
async def desk(office):
    async with running(office) as desk:
        yield desk


async def shown(desk, person: str, role: str) -> str:
    answer = await desk.client.get(MINE, headers=desk.person(person, role))
    assert answer.status_code == 200
    return answer.text


async def ends(desk, raised: dict[str, str]) -> None:
    occasion = Occasion("service:test", None, desk.office.kernel.clock.now(), TANGGAP, TANGGAP)
    await execute(desk.office.kernel.store, CONCERN, f"concern-{raised['concern_id']}", End(outcome="helped"), occasion)


async def test_a_teacher_reads_what_became_of_each_of_their_reports_and_no_word_of_them(desk):
    guru = desk.person("guru", "homeroom")
    first = await desk.raises(guru, narrative="Kata kenari")
    await desk.raises(guru, categories=["truancy"])
    await ends(desk, first)
    page = await shown(desk, "guru", "homeroom")
    assert page.index("Membolos") < page.index("Perundungan"), "the latest first"
    assert page.count("Diterima, menunggu dibaca") == page.count("Murid sudah dibantu.") == 1
    assert ("kenari" in page, first["concern_id"] in page) == (False, False)


async def test_a_students_page_says_when_and_how_far_and_not_about_what(desk):
    await desk.raises(desk.person("ani", "student"), reporter={"kind": "student"})
    page = await shown(desk, "ani", "student")
    assert ("Diterima, menunggu dibaca" in page, "Perundungan" in page) == (True, False)


@pytest.mark.parametrize("kind", ["anonymous", "confidential"])
async def test_what_was_reported_without_a_name_stands_on_nobodys_page(desk, kind):
    await desk.raises(desk.person("ani", "student"), reporter={"kind": kind})
    assert "Belum ada." in await shown(desk, "ani", "student")


async def test_what_staff_wrote_down_for_somebody_without_a_name_is_not_theirs(desk):
    await desk.raises(desk.person("guru"), channel="box", reporter={"kind": "anonymous"})
    assert "Belum ada." in await shown(desk, "guru", "counsellor")


async def test_nobody_reads_the_reports_of_another(desk):
    await desk.raises(desk.person("guru", "homeroom"))
    assert "Belum ada." in await shown(desk, "lain", "homeroom")
