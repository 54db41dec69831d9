"""Files that lie at cases: in quarantine until the scanner has looked, and swept where no event names them, in the real tables (ADR 69)."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from services.cases.attached.telling import CasesTell, Filers
from services.cases.domain.casework import CASEWORK
from shared.attachments.boxes import sealed
from shared.attachments.checks import CHECKS
from shared.attachments.keeping import PostgresStore, Stored
from shared.attachments.redrawing import Redrawing
from shared.attachments.relooking import Relooking
from shared.attachments.rescanning import Quarantine
from shared.attachments.scanning import Scanner
from shared.attachments.sweeping import UNNAMED_FOR, Sweep
from shared.attachments.taking import Taking
from shared.clock import FixedClock
from shared.service.operations import metrics_of
from tests.attachments.clamd import answer
from tests.attachments.hostile import PDF
from tests.cases.desk import Desk
from tests.cases.test_files_of_activities import counselling, sends

pytestmark = pytest.mark.anyio
NOW = datetime(2031, 7, 1, 5, tzinfo=UTC)


def store_of(cases: Desk) -> tuple[PostgresStore, CasesTell]:
    files = PostgresStore(cases.kernel.database)
    return files, CasesTell(cases.kernel.store, Filers(CASEWORK), files)


async def lying(cases: Desk, case: str) -> set[tuple[str, bool, bool]]:
    """Each with whether an event is known to name it, and whether a time stands beside it."""
    rows = await cases.sql("SELECT attachment, settled, unnamed_at IS NOT NULL FROM attachment WHERE owner = %s", f"case-{case}")
    return {(attachment, settled, timed) for attachment, settled, timed in rows}


async def test_what_no_event_names_goes_after_a_day_and_what_one_names_stays_for_ever(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    await sends(cases, page, school.counsellor, PDF)
    named = json.loads((await cases.events(case, "file-added"))[0])["attachment"]
    files, telling = store_of(cases)
    await files.keep(Stored(f"cut-off-{case}", f"case-{case}", "clean", {"original": sealed(bytes(32), "cut-off", "original", PDF)}))
    clock = FixedClock(NOW)
    sweep = Sweep(telling, files, clock)
    await sweep.look()
    assert await lying(cases, case) == {(named, True, False), (f"cut-off-{case}", False, True)}
    clock.moment = NOW + UNNAMED_FOR - timedelta(seconds=1)
    await sweep.look()
    assert len(await lying(cases, case)) == 2
    clock.moment = NOW + UNNAMED_FOR
    await sweep.look()
    assert await lying(cases, case) == {(named, True, False)}
    assert await cases.sql("SELECT count(*) FROM attachment_chunk WHERE attachment = %s", f"cut-off-{case}") == [(0,)]
    clock.moment = NOW + timedelta(days=4_000)
    await sweep.look()
    assert await lying(cases, case) == {(named, True, False)}


async def test_nobody_gets_a_file_before_the_scanner_has_looked_at_it(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    await sends(cases, page, school.counsellor, PDF)
    named = json.loads((await cases.events(case, "file-added"))[0])["attachment"]
    files, telling = store_of(cases)
    await files.judge(named, "unscanned")
    address = f"{page}/{named}/asli"
    assert (await cases.client.get(address, headers=school.counsellor)).status_code == 503
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await Quarantine(telling, cases.kernel.vault, files, Scanner(f"127.0.0.1:{port}")).look() == 0
    assert await files.verdict(named) == "clean"
    assert (await cases.client.get(address, headers=school.counsellor)).content == PDF


async def test_a_file_that_would_not_be_taken_today_is_withheld_and_counted(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    await sends(cases, page, school.counsellor, PDF)
    named = json.loads((await cases.events(case, "file-added"))[0])["attachment"]
    files, telling = store_of(cases)
    await files.look_passed(named, "clean", CHECKS - 1)
    before = await files.counts()
    await Relooking(telling, cases.kernel.vault, files, Taking(Refusing(), Scanner(""))).look()
    after, address = await files.counts(), f"{page}/{named}/asli"
    assert (after.before, after.withheld - before.withheld) == (0, before.before)
    refused = await cases.client.get(address, headers=school.counsellor)
    assert (refused.status_code, "Berkas ini ditahan" in refused.text) == (409, True)
    assert f"tanggap_files_withheld {after.withheld}.0" in (await metrics_of(cases.kernel, ["attachments"], [])).decode()
    for scanner, status in ((Scanner(""), 409), (None, 200)):
        await files.look_passed(named, "infected", CHECKS - 1)
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            taking = Taking(Redrawing(), scanner or Scanner(f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))
            await Relooking(telling, cases.kernel.vault, files, taking).look()
        assert (await cases.client.get(address, headers=school.counsellor)).status_code == status


class Refusing(Redrawing):
    """Finds something in every PDF, as a stricter check may."""

    async def is_inert(self, content: bytes) -> bool:  # noqa: ARG002 - whatever it is
        return False
