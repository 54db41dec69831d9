"""Keys of machines over intake's own routes and page: shown once, kept as a keyed hash, used, listed, revoked (people.md, Signing in; ADR 43)."""

import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from services.intake.app import stored_keys
from services.intake.machines.agencies import Agencies
from services.intake.machines.form import Typed
from services.intake.machines.word import keyed_hash
from shared.access import Principal, service_principal
from shared.errors import Unavailable
from shared.machines.key import new_key, shown_key
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("days", ["365", "365.0", " 365 ", "+365"])
def test_days_are_read_as_they_were_checked(days):
    typed = Typed(name="dasbor", scopes=("statistics:read",), days=days)
    assert (typed.flaws(frozenset({"statistics:read"})), typed.wanted().days) == ({}, 365)


KEYS, PAGE = "/intake/api/machine-keys", "/intake/kunci-mesin"
DASHBOARD = {"holder": "dasbor-dinas", "kind": "integrator", "scopes": ["statistics:read"], "days": 30}
RSUD = {"holder": "rsud", "kind": "agency", "scopes": ["referrals:read", "referrals:answer"]}
ADMINISTRATOR = somebody("admin", {"system-administrator"})


@pytest.fixture
def agencies(monkeypatch) -> dict[str, str]:
    """Registered agencies, as notifications would tell of them; none where it is silent."""
    registered = {"rsud": "RSUD Contoh", "upt": "UPTD PPA Contoh"}

    async def names(_: Agencies) -> Mapping[str, str]:
        if "silent" in registered:
            raise Unavailable
        return registered

    monkeypatch.setattr(Agencies, "names", names)
    return registered


@pytest.fixture
async def service(office, agencies) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(office, service_principal("operator")) as client:
        yield client


def by(office: Office, who: Principal) -> dict[str, str]:
    return bearer(office.kernel.settings, who) | {"accept": "text/html"}


async def made(client: httpx.AsyncClient, **body) -> dict:
    answer = await client.post(KEYS, json=DASHBOARD | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_is_shown_once_and_kept_as_a_keyed_hash(office, service):
    given = await made(service, **RSUD)
    shown = shown_key(given["key"])
    assert shown
    assert (given["id"], given["holder"], given["scopes"]) == (shown.id, "rsud", ["referrals:answer", "referrals:read"])
    (event,) = await office.told("api-key-issued")
    assert event["hash"] == await keyed_hash(office.kernel.vault, "agency", "rsud", shown) != shown.digest
    secret = given["key"].rpartition("_")[2]
    stored = [each.body for each in await office.kernel.store.read_after(0, limit=10_000)]
    listed = (await service.get(KEYS)).text
    assert [text for text in [*stored, listed] if secret in text or shown.digest in text] == []


async def test_the_same_command_again_shows_no_key_and_makes_none(office, service):
    first = await service.post(KEYS, json=DASHBOARD, headers={"idempotency-key": "one"})
    again = await service.post(KEYS, json=DASHBOARD, headers={"idempotency-key": "one"})
    assert (first.json() | {"key": None}, again.status_code) == (again.json(), 201)
    assert len(await office.told("api-key-issued")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (RSUD | {"holder": "nobody"}, 422),
        (RSUD | {"scopes": ["statistics:read"]}, 422),
        (DASHBOARD | {"scopes": ["referrals:read"]}, 422),
        (DASHBOARD | {"scopes": ["cases:read"]}, 422),
        (DASHBOARD | {"scopes": []}, 422),
        (DASHBOARD | {"days": 401}, 422),
        (DASHBOARD | {"days": 0}, 422),
        (DASHBOARD | {"holder": "Bu Rani, kepala"}, 422),
        (DASHBOARD | {"kind": "person"}, 422),
        (DASHBOARD | {"more": 1}, 422),
    ],
)
async def test_what_no_key_can_be_is_refused_and_nothing_is_stored(office, service, body, status):
    assert (await service.post(KEYS, json=body)).status_code == status
    assert await office.told("api-key-issued") == []


async def test_two_at_a_time_and_a_revoked_one_holds_no_more(office, service):
    """The rotation: make the next, change over, revoke the last."""
    word = stored_keys(office.kernel.store, office.kernel.database, office.kernel.vault, office.kernel.clock)
    one, _ = await made(service), await made(service)
    assert (await service.post(KEYS, json=DASHBOARD)).json()["type"].endswith("two-keys-hold")
    shown = shown_key(one["key"])
    assert shown
    assert list(await word.look([shown])) == [shown]
    answers = [(await service.post(f"{KEYS}/revoke", json={"id": one["id"]})).json()["changed"] for _ in range(2)]
    assert (answers, dict(await word.look([shown]))) == ([True, False], {})
    await made(service)
    states = [(bool(each["revoked_at"]), bool(each["used_at"])) for each in (await service.get(KEYS)).json()["items"]]
    assert states == [(False, False), (False, False), (True, True)]


async def test_a_key_with_another_secret_or_of_another_id_does_not_hold(office, service):
    word = stored_keys(office.kernel.store, office.kernel.database, office.kernel.vault, office.kernel.clock)
    one, two, made_up = shown_key((await made(service))["key"]), shown_key((await made(service))["key"]), shown_key(new_key())
    assert one
    assert two
    assert made_up
    assert dict(await word.look([one._replace(digest=two.digest), one._replace(digest=made_up.digest), made_up])) == {}


async def test_a_key_gives_no_keys_and_what_is_everybody_s_stays_open_to_it(service):
    headers = {"authorization": f"Bearer {(await made(service))['key']}"}
    answers = [(await service.get(path, headers=headers)).status_code for path in ("/intake/api/schools", KEYS, "/intake/api/people")]
    assert answers == [200, 403, 403]


async def test_a_revoked_key_is_told_also_on_what_is_everybody_s(service):
    given = await made(service)
    headers = {"authorization": f"Bearer {given['key']}"}
    await service.post(f"{KEYS}/revoke", json={"id": given["id"]})
    assert (await service.get("/intake/api/schools", headers=headers)).status_code == 401


async def test_only_an_administrator_with_a_fresh_proof_gives_keys_on_the_page(office, service):
    counsellor = by(office, somebody("ani", {"counsellor"}, {"smp1"}))
    assert (await service.get(PAGE, headers=counsellor)).status_code == 403
    assert (await service.post(PAGE, headers=counsellor, data={})).status_code == 403
    assert (await service.get(KEYS, headers=counsellor)).status_code == 403


async def test_the_page_shows_a_key_once_lists_it_and_revokes_it(office, service, agencies):
    admin = by(office, ADMINISTRATOR)
    page = (await service.get(PAGE, headers=admin)).text
    form = {"key": re.findall(r'name="key" value="([^"]+)"', page)[0], "agency": "rsud", "scopes": ["referrals:read"], "days": "365"}
    first, again = await service.post(PAGE, headers=admin, data=form), await service.post(PAGE, headers=admin, data=form)
    (shown,) = re.findall(r"tgk_[0-9a-f]{16}_[\w-]{43}", first.text)
    assert (first.status_code, again.status_code, "tgk_" in again.text, "tgk_" in (await service.get(PAGE, headers=admin)).text) == (
        201,
        201,
        False,
        False,
    )
    agencies["silent"] = ""
    page = (await service.get(PAGE, headers=admin)).text
    assert shown[4:20] in page
    assert "Nama lembaga tidak dapat diambil" in page
    answer = await service.post(f"{PAGE}/cabut", headers=admin, data={"id": shown[4:20]})
    assert (answer.status_code, "Dicabut" in (await service.get(PAGE, headers=admin)).text) == (303, True)


async def test_a_form_that_is_wrong_comes_back_as_it_was(office, service):
    admin = by(office, ADMINISTRATOR)
    form = {"key": "5b0b1f1e-0000-4000-8000-000000000001", "name": "dasbor dinas!", "scopes": ["referrals:read"], "days": "500"}
    answer = await service.post(PAGE, headers=admin, data=form)
    assert (answer.status_code, await office.told("api-key-issued")) == (422, [])
    assert [text for text in ("dasbor dinas!", "500", "Tulis 1 sampai 400 hari.", "sekurangnya satu izin") if text not in answer.text] == []
