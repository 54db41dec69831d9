"""A reporter comes back with the receipt and talks with the school: both sides, and nobody else's eyes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.intake.rendering import somebody_reads
from shared.events import ReporterAnswered
from shared.school_day import national
from tests.erasing import erase
from tests.intake.form import receipt_of, report
from tests.intake.office import Office
from tests.intake.reporting import Desk, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with running(office) as desk:
        yield desk


async def answers(desk: Desk, concern: str, text: str, student: str = "ani", answer: str = "") -> None:
    """Somebody at the school writes to the reporter, under the student's key."""
    sealed = await desk.office.kernel.vault.seal(student, "concern", text, f"case-c/text-{uuid4()}")
    said = ReporterAnswered(
        case="c", student=student, school="smp1", concern=concern, answer=answer or str(uuid4()), text=sealed, by="konselor", at=datetime.now(UTC)
    )
    await desk.hears(said)


async def said(desk: Desk, receipt: str) -> list[tuple[str, str | None]]:
    answer = await desk.client.post("/intake/api/dialogue", json={"receipt": receipt})
    assert answer.status_code == 200, answer.text
    return [(each["by"], each["text"]) for each in answer.json()["said"]]


async def test_both_sides_write_and_the_holder_of_the_receipt_reads_them_in_order(desk):
    raised = await desk.raises(reporter={"kind": "anonymous"})
    await answers(desk, raised["concern_id"], "Terima kasih sudah bercerita.")
    await desk.client.post("/intake/api/additions", json={"receipt": raised["receipt"], "text": "Di kantin."})
    await answers(desk, raised["concern_id"], "Kami ke sana besok.")
    talk = [("school", "Terima kasih sudah bercerita."), ("reporter", "Di kantin."), ("school", "Kami ke sana besok.")]
    assert await said(desk, raised["receipt"]) == talk
    page = await desk.client.post("/intake/status", data={"receipt": raised["receipt"]})
    places = [page.text.index(text) for _, text in talk]
    assert (page.status_code, places) == (200, sorted(places))
    assert "konselor" not in page.text


async def test_an_answer_that_is_told_twice_stands_once(desk):
    raised = await desk.raises()
    for _ in range(2):
        await answers(desk, raised["concern_id"], "Halo.", answer="the same")
    assert await said(desk, raised["receipt"]) == [("school", "Halo.")]


async def test_whoever_has_no_receipt_reads_nothing_not_even_signed_in_as_its_reporter(desk):
    raised = await desk.raises(desk.person("guru", "homeroom"))
    await answers(desk, raised["concern_id"], "Kenari")
    mine = await desk.client.get(f"/intake/api/concerns/{raised['concern_id']}", headers=desk.person("guru", "homeroom"))
    assert mine.json() == {"state": "read", "outcome_class": None}
    wrong = await desk.client.post("/intake/api/dialogue", json={"receipt": "1" * 40}, headers=desk.person("guru", "homeroom"))
    assert (wrong.status_code, "Kenari" in wrong.text) == (404, False)


async def test_what_was_erased_is_named_as_erased_and_the_rest_stays(desk):
    raised = await desk.raises(students=[{"id": "ani", "role": "affected"}, {"id": "budi", "role": "witness"}])
    await answers(desk, raised["concern_id"], "Tentang Ani.", "ani")
    await answers(desk, raised["concern_id"], "Tentang Budi.", "budi")
    await erase(desk.office.kernel, "ani")
    assert await said(desk, raised["receipt"]) == [("school", None), ("school", "Tentang Budi.")]
    assert "Sudah dihapus." in (await desk.client.post("/intake/status", data={"receipt": raised["receipt"]})).text


async def test_times_are_told_to_the_hour(desk):
    raised = await desk.raises(reporter={"kind": "anonymous"})
    await answers(desk, raised["concern_id"], "Halo.")
    told = (await desk.client.post("/intake/api/dialogue", json={"receipt": raised["receipt"]})).json()
    moments = [datetime.fromisoformat(each["at"]) for each in told["said"]]
    assert [(each.minute, each.second, each.microsecond) for each in moments] == [(0, 0, 0)]


async def test_the_form_gives_a_receipt_with_which_its_page_opens(desk):
    page = await report(desk.client, about="self", narrative="Kata", school="smp1")
    receipt = receipt_of(page)
    stands = await desk.client.post("/intake/status", data={"receipt": receipt.replace(" ", "\r\n")})
    assert (stands.status_code, "Laporan sudah ada di sekolah, tetapi belum ada yang membacanya." in stands.text) == (200, True)


MONDAY_MORNING, MONDAY_EVENING, SATURDAY = (datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((2, 2), (2, 12), (7, 3)))
"""09.00 and 19.00 on a Monday and 10.00 on a Saturday, in Jakarta."""


def test_outside_hours_it_says_when_somebody_reads():
    calendar = national("Asia/Jakarta")
    read = [somebody_reads(calendar, now) for now in (MONDAY_MORNING, MONDAY_EVENING, SATURDAY)]
    assert read == [None, datetime(2026, 3, 3, 0, tzinfo=UTC), datetime(2026, 3, 9, 0, tzinfo=UTC)]
