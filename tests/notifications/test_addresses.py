"""An endpoint is a public https server, refused where it is entered. When it is called, every address of its name is checked, too."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.endpoints import PORTS, Endpoint, endpoint
from services.notifications.senders.addresses import AddressRefused, UnknownHost, allowed, checked_address
from shared.addresses import Flaw
from tests.notifications.desk import SECRET, desk

pytestmark = [pytest.mark.anyio, pytest.mark.servers]  # names are resolved


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "192.0.0.9", "192.88.99.1", "198.18.0.1", "240.0.0.1", "100::1", "2001:20::1", "3fff::1", "5f00::1", "::ffff:0:10.0.0.1",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_closed(address):
    assert not allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_a_public_address_is_open(address):
    assert allowed(address)


# where it is entered -----------------------------------------------------------------------------------------------

LABEL = "x" * 70

REFUSED = [
    ("https://x.invalid:99999/", "not-a-port"), ("https://x.invalid:0/", "port-not-allowed"), ("https://x.invalid:25/", "port-not-allowed"),
    ("https://x.invalid:22/", "port-not-allowed"), ("https://x.invalid:80/", "port-not-allowed"), ("https://x.invalid:6379/", "port-not-allowed"),
    ("https:///hook", "no-host"), ("https://:443/", "no-host"), (f"https://{LABEL}.invalid/", "label-too-long"),
    (f"https://{'é' * 62}.invalid/", "not-a-domain"), ("https://a..b/", "empty-label"), ("https://.a.b/", "empty-label"),
    ("https://a.b./", "empty-label"), ("https://-a.invalid/", "not-a-domain"), ("https://a_b.invalid/", "not-a-domain"),
    ("https://%31.invalid/", "not-a-domain"), ("https://upt/", "no-dot"), ("https://u:p@x.invalid/", "credentials"),
    ("https://u@x.invalid/", "credentials"), ("https://:p@x.invalid/", "credentials"), ("https://@x.invalid/", "credentials"),
    ("http://x.invalid/", "not-https"), ("http://10.0.0.5/", "not-https"), ("ftp://x.invalid/", "not-https"), ("//x.invalid/", "not-https"),
    ("x.invalid/hook", "not-https"), ("javascript:alert(1)", "not-https"), ("https://[::1", "not-a-url"), ("https://[upt]/", "not-a-url"),
    ("https://10.0.0.5/", "leads-inside"), ("https://192.168.1.1/", "leads-inside"), ("https://172.16.0.1/", "leads-inside"),
    ("https://169.254.169.254/latest/meta-data", "leads-inside"), ("https://100.64.0.1/", "leads-inside"), ("https://0.0.0.0/", "leads-inside"),
    ("https://192.0.0.9/", "leads-inside"), ("https://[fe80::1]/", "leads-inside"), ("https://[fd00:ec2::254]/", "leads-inside"),
    ("https://[::ffff:10.0.0.5]/", "leads-inside"), ("https://[::ffff:a9fe:a9fe]/", "leads-inside"), ("https://[64:ff9b::a00:5]/", "leads-inside"),
    ("https://[2001:20::1]/", "leads-inside"), ("https://[3fff::1]/", "leads-inside"), ("https://[2606:4700::1%25eth0]/", "not-a-domain"),
    ("https://metadata.google.internal/", "leads-inside"), ("https://printer.local/", "leads-inside"), ("https://db.localhost/", "leads-inside"),
    ("https://2130706433/", "no-dot"), ("https://0x7f.1/", "number-for-domain"), ("https://10.5/", "number-for-domain"),
    ("https://upt.invalid/a b", "invisible-character"), ("https://upt.invalid\\@x.invalid/", "invisible-character"),
    ("https://upt.invalid/\u200b", "invisible-character"), (f"https://upt.invalid/{'x' * 500}", "too-long"),
]  # fmt: skip
THIS_MACHINE = ["http://127.0.0.1:9/hook", "https://127.0.0.1/", "http://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"]


@pytest.mark.parametrize(("url", "code"), REFUSED)
@pytest.mark.parametrize("loopback", [False, True])
def test_row_17_an_endpoint_that_can_never_be_called_is_no_endpoint(url, code, loopback):
    flaw = endpoint(url, loopback=loopback)
    assert isinstance(flaw, Flaw)
    assert flaw.code == code


@pytest.mark.parametrize("url", THIS_MACHINE)
def test_row_17_this_machine_is_an_endpoint_only_of_a_demonstration(url):
    assert isinstance(endpoint(url, loopback=False), Flaw)


@pytest.mark.parametrize("url", THIS_MACHINE[:4])
def test_a_demonstration_may_call_this_machine_on_any_port(url):
    assert isinstance(endpoint(url, loopback=True), Endpoint)


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://upt.invalid/hook", Endpoint("upt.invalid", 443, "https://upt.invalid/hook")),
        ("HTTPS://UPT.Invalid:443", Endpoint("upt.invalid", 443, "https://upt.invalid/")),
        ("https://upt.invalid:8443/hook?kunci=a%2Fb&x=1", Endpoint("upt.invalid", 8443, "https://upt.invalid:8443/hook?kunci=a%2Fb&x=1")),
        ("https://sekolah-é.invalid/ké#x", Endpoint("xn--sekolah--i1a.invalid", 443, "https://xn--sekolah--i1a.invalid/k%C3%A9")),
        ("https://straße.invalid/", Endpoint("xn--strae-oqa.invalid", 443, "https://xn--strae-oqa.invalid/")),
        ("https://8.8.8.8/", Endpoint("8.8.8.8", 443, "https://8.8.8.8/")),
        ("https://[2606:4700::1111]:8443/a", Endpoint("2606:4700::1111", 8443, "https://[2606:4700::1111]:8443/a")),
    ],
)
def test_an_endpoint_has_one_form_which_is_the_one_that_is_called(url, called):
    assert endpoint(url, loopback=False) == called
    assert endpoint(called.url, loopback=False) == called


@given(
    st.text(max_size=80)
    | st.builds("https://{}{}{}".format, st.text("ab.@:[]%0x1é-_/ ", max_size=30), st.sampled_from(["", ":1", ":443", ":x"]), st.text(max_size=20))
)
def test_any_text_is_an_endpoint_of_a_public_server_or_has_a_flaw(text):
    found = endpoint(text, loopback=False)
    if isinstance(found, Endpoint):
        assert found.url.startswith("https://")
        assert found.url.isascii()
        assert found.url.isprintable()
        assert found.port in PORTS
        assert "@" not in found.url.removeprefix("https://").partition("/")[0]
        assert endpoint(found.url, loopback=False) == found


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://x.invalid:99999/", "not-a-port"), ("https:///hook", "no-host"), (f"https://{LABEL}.invalid/", "label-too-long"),
        ("https://a..b/", "empty-label"), ("https://u:p@x.invalid/", "credentials"), ("http://10.0.0.5/", "not-https"),
        ("https://x.invalid:25/", "port-not-allowed"), ("https://169.254.169.254/", "leads-inside"),
    ],
)  # fmt: skip
async def test_row_17_a_wrong_endpoint_is_422_where_it_is_entered_and_nothing_is_kept(running, url, code):
    body = {"id": "upt", "name": "UPTD PPA", "url": url, "secret": SECRET}
    answer = await running.client.post("/notifications/api/agencies", json=body, headers=running.as_service())
    told = answer.json()
    assert (answer.status_code, told["errors"]) == (422, [{"pointer": "/url", "code": code}])
    assert told["detail"].startswith("/url: ")
    assert len(told["detail"]) > 20
    assert url not in answer.text
    assert await running.told("agency-registered") == []


async def test_row_17_a_district_that_is_no_demonstration_takes_no_endpoint_on_this_machine(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_LOOPBACK_WEBHOOKS="false") as running:
        body = {"id": "upt", "name": "UPT", "url": "https://127.0.0.1/hook", "secret": SECRET}
        answer = await running.client.post("/notifications/api/agencies", json=body, headers=running.as_service())
        assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/url", "code": "leads-inside"}])


@pytest.fixture
async def running(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        yield running


# when it is called -------------------------------------------------------------------------------------------------


@pytest.fixture
def named(monkeypatch):
    """What the name servers say: addresses by name, or an error."""
    told: dict[str, list[str] | OSError] = {}

    async def resolve(_, host, port, **__):
        found = told[host]
        if isinstance(found, OSError):
            raise found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    return told


async def test_a_name_that_leads_inside_is_not_called_and_neither_is_one_of_whose_addresses_one_does(named):
    named |= {"a.invalid": ["10.0.0.1"], "b.invalid": ["8.8.8.8", "127.0.0.1"], "c.invalid": [], "d.invalid": ["8.8.8.8", "1.1.1.1"]}
    for host in ("a.invalid", "b.invalid", "c.invalid"):
        with pytest.raises(AddressRefused):
            await checked_address(host, 443, loopback=False)
    assert await checked_address("d.invalid", 443, loopback=False) == "8.8.8.8"


async def test_a_demonstration_may_call_a_name_of_this_machine_and_nothing_else_inside(named):
    named |= {"a.invalid": ["127.0.0.1"], "b.invalid": ["10.0.0.1"]}
    assert await checked_address("a.invalid", 443, loopback=True) == "127.0.0.1"
    with pytest.raises(AddressRefused):
        await checked_address("b.invalid", 443, loopback=True)


async def test_a_name_that_does_not_exist_is_told_apart_from_name_servers_that_do_not_answer(named):
    named |= {"a.invalid": socket.gaierror(socket.EAI_NONAME, "-"), "b.invalid": socket.gaierror(socket.EAI_AGAIN, "-")}
    with pytest.raises(UnknownHost):
        await checked_address("a.invalid", 443, loopback=False)
    with pytest.raises(socket.gaierror):
        await checked_address("b.invalid", 443, loopback=False)


SECRETS_THAT_ARE_NONE = [
    "whsec_" + "=" * 24, "whsec_" + "A=AA" * 8, "whsec_" + "A" * 25, "whsec_" + "A" * 23, "whsec_" + "A" * 101, "whsec_" + "A" * 24 + "\n", "A" * 30,
    "whsk_" + "A" * 24, "whsec_" + "-_" * 12, "whsec_" + "\u0410" * 24,
]  # fmt: skip
KEYS_THAT_ARE_NONE = ["", "x", "tgk_", "tgk_" + "A" * 5000, "tgk_a_b_c", "tgp_x.y", "tgs_..", "tgk_\u00e9", "null", "a b"]
TOKENS_THAT_ARE_NONE = ["%00", "..%2f..", "a" * 1000, "%E2%80%AE", "%FF", "0" * 40, "-", "%20", "null", "%F0%9F%90%8D"]


async def test_secrets_keys_and_tokens_that_are_none_are_clear_problems_and_change_nothing(running):
    """A secret that is no base64 would be found out by nobody: every message to its agency would fail, for days."""
    client, before = running.client, await running.kernel.store.head()
    for field in ("secret", "old_secret"):
        for secret in SECRETS_THAT_ARE_NONE:
            body = {"id": "upt", "name": "UPTD PPA", "url": None, field: secret}
            answer = await client.post("/notifications/api/agencies", json=body, headers=running.as_service())
            assert (secret, answer.status_code, answer.json()["errors"][0]["pointer"]) == (secret, 422, f"/{field}")
            assert secret not in answer.text
    for key in KEYS_THAT_ARE_NONE:
        answer = await client.get("/notifications/api/tasks", headers={"authorization": f"Bearer {key}".encode("latin-1")})
        assert (key, answer.status_code) == (key, 401)
    for token in TOKENS_THAT_ARE_NONE:
        for page in ("r", "n", "a"):
            answers = [await client.request(method, f"/notifications/{page}/{token}") for method in ("GET", "POST")]
            assert {each.status_code for each in answers} <= {403, 404, 410, 422}, (page, token, answers)
    assert await running.kernel.store.head() == before
