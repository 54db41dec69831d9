"""Officers of agencies with accounts: the referrals to their own agency alone."""

import re

import pytest

from shared.events import CasePeopleChanged
from shared.testing import eventually
from tests.notifications.family import form_id
from tests.notifications.partner import PACKAGE, Partner
from tests.notifications.partner_answers import moves, openings

pytestmark = pytest.mark.anyio


def officer(partner: Partner, agency: str = "upt") -> dict[str, str]:
    return partner.running.as_person("tuti", "agency-officer", agency) | {"accept": "text/html"}


async def test_an_officer_sees_the_referrals_of_the_own_agency_alone_and_answers_by_the_same_command(partners):
    async with partners() as partner:
        client = partner.running.client
        mine, other = await partner.refer("case-1"), await partner.refer("case-2", "lain")

        async def listed() -> bool:
            page = await client.get("/notifications/lembaga", headers=officer(partner))
            return re.findall(r'href="/notifications/lembaga/([^"]+)"', page.text) == [mine]

        await eventually(listed)
        page = await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))
        assert (page.status_code, PACKAGE in page.text) == (200, False)
        said = {"form": form_id(page), "answer": "accept"}
        for _ in range(2):
            assert (await client.post(f"/notifications/lembaga/{mine}/jawab", data=said, headers=officer(partner))).status_code == 303
        assert PACKAGE in (await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))).text
        assert await moves(partner) == [("fetch", "received", "portal"), ("accept", "accepted", "portal")]
        for _ in range(3):
            assert PACKAGE in (await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))).text
        assert await openings(partner) == ["tuti"], "one page, loaded again and again, is one reading"
        wrong = await client.post(f"/notifications/lembaga/{mine}/jawab", data={"form": "f", "answer": "schedule"}, headers=officer(partner))
        assert (wrong.status_code, "hari dan jam" in wrong.text) == (422, True)
        before = await partner.running.kernel.store.head()
        for path in (f"/notifications/lembaga/{other}", "/notifications/lembaga/none"):
            assert (await client.get(path, headers=officer(partner))).status_code == 404
            assert (await client.post(f"{path}/jawab", data=said, headers=officer(partner))).status_code == 404
        assert await partner.running.kernel.store.head() == before


async def test_an_officer_s_post_opens_nothing_of_a_school_and_a_school_s_post_nothing_of_an_agency(partners):
    async with partners() as partner:
        client, task = partner.running.client, await partner.refer()
        for path in ("/notifications/rujukan", f"/notifications/rujukan/{task}", "/notifications/api/tasks", "/notifications/api/deliveries"):
            assert (await client.get(path, headers=officer(partner) | {"accept": "application/json"})).status_code == 403, path
        for headers in (partner.counsellor, partner.running.as_agency("upt")):
            assert (await client.get(f"/notifications/lembaga/{task}", headers=headers | {"accept": "application/json"})).status_code == 403
        elsewhere = await client.get(f"/notifications/lembaga/{task}", headers=officer(partner, "lain"))
        assert elsewhere.status_code == 404


async def test_an_officer_whom_the_case_names_or_suspended_neither_reads_nor_answers_its_referral(partners):
    async with partners() as partner:
        client, running = partner.running.client, partner.running
        nobody = {
            "student": "siswa", "school": "school-1", "desk": "school", "has": ("ani",), "given": True, "deputies": (), "officers": (),
            "named": (), "suspended": (), "elsewhere": None, "receiving": None, "escalated": False,
        }  # fmt: skip
        kept_out = [await partner.refer("named", opens="at-once"), await partner.refer("suspended", opens="at-once")]
        mine = await partner.refer("case-1")
        await running.hear(CasePeopleChanged(case="named", **(nobody | {"named": ("tuti",)})))
        await running.hear(CasePeopleChanged(case="suspended", **(nobody | {"suspended": ("tuti",)})))

        async def listed() -> bool:
            page = await client.get("/notifications/lembaga", headers=officer(partner))
            return re.findall(r'href="/notifications/lembaga/([^"]+)"', page.text) == [mine]

        await eventually(listed)
        for task in kept_out:
            page = await client.get(f"/notifications/lembaga/{task}", headers=officer(partner))
            answer = await client.post(f"/notifications/lembaga/{task}/jawab", data={"form": "f", "answer": "accept"}, headers=officer(partner))
            assert (page.status_code, PACKAGE in page.text, answer.status_code) == (404, False, 404)
        assert (await moves(partner), await openings(partner)) == ([], [])
