"""Signing in with two providers of different make, each in a process of its own."""

import asyncio

import httpx
import pytest

from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.client import OpenIdClient, Returned
from services.intake.accounts.openid.refusing import NotProved
from services.intake.accounts.openid.tokens import Proof
from shared.clock import SystemClock
from tests.intake.openid.providers import django_provider, provider_mock, query, signs_in

pytestmark = [pytest.mark.servers, pytest.mark.anyio]
CALLBACK = "http://127.0.0.1:8000/intake/masuk/openid/selesai"
LEAVING = "http://127.0.0.1:8000/intake/masuk"


@pytest.fixture(scope="module", params=[provider_mock, django_provider], ids=["oidc-provider-mock", "django-oauth-toolkit"])
def provider(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("provider"), CALLBACK, LEAVING) as running:
        yield running


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def client(provider, calls) -> OpenIdClient:
    return OpenIdClient(provider.issuer, CALLBACK, calls, SystemClock())


@pytest.fixture
def browser():
    with httpx.Client(trust_env=False) as made:
        yield made


async def came_back(browser: httpx.Client, address: str, name: str) -> Returned:
    back = query(await asyncio.to_thread(signs_in, browser, address, name, CALLBACK))
    return Returned(back.get("code"), back.get("state"), back.get("iss"), back.get("error"))


async def test_who_signs_in_there_is_known_here_by_issuer_and_subject(provider, client, browser):
    address, journey = await client.depart()
    proof = await client.arrive(await came_back(browser, address, "guru-1"), journey)
    assert proof == Proof(provider.issuer.issuer, provider.subject("guru-1"), two_factor=False)


async def test_a_replayed_code_is_refused(client, browser):
    address, journey = await client.depart()
    returned = await came_back(browser, address, "guru-1")
    await client.arrive(returned, journey)
    with pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert error.value.why == "code-refused"


async def test_the_code_of_another_browser_is_refused_whatever_state_it_comes_with(client, browser):
    first_address, first = await client.depart()
    second_address, _ = await client.depart()
    mine = await came_back(browser, first_address, "guru-1")
    theirs = await came_back(browser, second_address, "guru-2")
    with pytest.raises(NotProved) as swapped:
        await client.arrive(theirs, first)
    assert swapped.value.why == "state"
    with pytest.raises(NotProved) as injected:
        await client.arrive(Returned(theirs.code, mine.state, mine.iss), first)
    assert injected.value.why in {"code-refused", "invalid_claim"}


async def test_a_step_up_is_a_new_sign_in_there(client, browser):
    address, journey = await client.depart()
    await client.arrive(await came_back(browser, address, "guru-1"), journey)
    address, journey = await client.depart(fresh=True)
    assert (await client.arrive(await came_back(browser, address, "guru-1"), journey)).subject.endswith("guru-1")


async def test_an_account_of_another_domain_is_refused(provider, calls, browser):
    strict = OpenIdClient(provider.issuer.model_copy(update={"hosted_domains": ("lain.sch.id",)}), CALLBACK, calls, SystemClock())
    address, journey = await strict.depart()
    with pytest.raises(NotProved) as error:
        await strict.arrive(await came_back(browser, address, "guru-1"), journey)
    assert error.value.why == "hosted-domain"


async def test_leaving_leads_to_the_providers_own_page(client, browser):
    address, _ = await client.depart()
    await came_back(browser, address, "guru-1")
    leaving = await client.leaving(LEAVING)
    assert leaving is not None
    assert (await asyncio.to_thread(browser.get, leaving)).status_code == httpx.codes.OK


@pytest.fixture
def with_two_factors(tmp_path):
    with django_provider(tmp_path, CALLBACK, LEAVING) as running:
        yield running


async def test_two_factors_are_known_by_what_the_provider_says(with_two_factors, calls, browser):
    client = OpenIdClient(with_two_factors.issuer, CALLBACK, calls, SystemClock())
    address, journey = await client.depart()
    assert (await client.arrive(await came_back(browser, address, "dua-langkah"), journey)).two_factor


@pytest.fixture
def with_short_tokens(tmp_path):
    with provider_mock(tmp_path, CALLBACK, LEAVING, longest=-120) as running:
        yield running


async def test_a_token_that_is_over_is_refused(with_short_tokens, calls, browser):
    client = OpenIdClient(with_short_tokens.issuer, CALLBACK, calls, SystemClock())
    address, journey = await client.depart()
    with pytest.raises(NotProved) as error:
        await client.arrive(await came_back(browser, address, "guru-1"), journey)
    assert error.value.why in {"expired_token", "code-refused"}
