"""What an issuer publishes is kept, fetched again when it turns, and never believed beyond what the settings say."""

import httpx
import pytest

from services.intake.accounts.openid.refusing import IssuerAway, NotProved
from tests.intake.openid.forger import FIRST, ISSUER, SECOND, Forger, issuer, rsa

pytestmark = pytest.mark.anyio
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def forger() -> Forger:
    return Forger()


async def arrives(forger: Forger, client) -> str:
    forger.codes.add("a-code")
    return (await client.arrive(*await forger.departed(client))).subject


async def test_metadata_and_keys_are_fetched_once_and_again_when_they_are_old(forger):
    client = forger.client()
    for _ in range(3):
        await arrives(forger, client)
    assert (forger.times_asked(DISCOVERY), forger.times_asked("/keys")) == (1, 1)
    forger.clock.passes(hours=2)
    await arrives(forger, client)
    assert (forger.times_asked(DISCOVERY), forger.times_asked("/keys")) == (2, 1)
    forger.clock.passes(hours=13)
    await arrives(forger, client)
    assert (forger.times_asked(DISCOVERY), forger.times_asked("/keys")) == (3, 2)


async def test_a_new_key_is_fetched_when_a_token_names_it(forger):
    client = forger.client()
    await arrives(forger, client)
    forger.clock.passes(minutes=2)
    forger.published, forger.key = [FIRST, SECOND], SECOND
    assert await arrives(forger, client) == "guru-1"
    assert forger.times_asked("/keys") == 2


async def test_invented_key_ids_make_nobody_hammer_the_issuer(forger):
    client = forger.client()
    await arrives(forger, client)
    forger.clock.passes(minutes=2)
    for number in range(20):
        forger.header = {"kid": f"invented-{number}"}
        with pytest.raises(NotProved):
            await arrives(forger, client)
    assert forger.times_asked("/keys") == 2


async def test_a_key_that_was_withdrawn_holds_no_more_once_the_keys_are_fetched_again(forger):
    client = forger.client()
    await arrives(forger, client)
    forger.published = [SECOND]
    forger.clock.passes(hours=13)
    with pytest.raises(NotProved):
        await arrives(forger, client)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://lain.contoh.id"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://akun.contoh.id/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/latest"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "https://name:word@akun.contoh.id/"},
        {"jwks_uri": None},
        {"token_endpoint": 7},
    ],
)
async def test_metadata_that_is_not_as_it_should_be_is_not_used(forger, told):
    forger.metadata = told
    with pytest.raises(IssuerAway):
        await forger.client().depart()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={}),
        httpx.Response(302, headers={"location": "http://127.0.0.1/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"[" * 300_000),
    ],
    ids=["error", "redirect", "html", "list", "large"],
)
@pytest.mark.parametrize("path", [DISCOVERY, "/keys", "/token"])
async def test_an_issuer_that_answers_otherwise_is_away_and_nobody_is_refused_for_it(forger, path, answer):
    client = forger.client()
    forger.answers[path] = answer
    with pytest.raises(IssuerAway):
        await arrives(forger, client)


async def test_keys_that_nobody_else_can_hold_are_left_out(forger):
    weird = {"keys": [{"kty": "oct", "k": "AAAA", "kid": "first"}, {"kty": "RSA", "kid": "x"}, 7, {"kty": "quantum"}]}
    forger.answers["/keys"] = httpx.Response(200, json=weird)
    with pytest.raises(IssuerAway) as error:
        await arrives(forger, forger.client())
    assert error.value.why == "no-keys"
    good = rsa("first")
    forger.key = good
    forger.answers["/keys"] = httpx.Response(200, json={"keys": [*weird["keys"], good.as_dict(private=False)]})
    assert await arrives(forger, forger.client()) == "guru-1"


async def test_a_code_taken_with_a_wrong_secret_is_the_settings_fault(forger):
    forger.answers["/token"] = httpx.Response(401, json={"error": "invalid_client"})
    with pytest.raises(IssuerAway) as error:
        await arrives(forger, forger.client())
    assert error.value.why == "token-endpoint"


async def test_the_secret_goes_as_the_issuer_takes_it(forger, tmp_path):
    file = tmp_path / "secret"
    file.write_text("a secret\n")
    client = forger.client(issuer(client_secret_file=str(file)))
    await arrives(forger, client)
    assert "client_secret" not in forger.asked[-2][1]
    forger.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    client = forger.client(issuer(client_secret_file=str(file)))
    await arrives(forger, client)
    assert next(form for path, form in reversed(forger.asked) if path == "/token")["client_secret"] == "a secret"


async def test_leaving_leads_to_the_issuers_page_and_back(forger):
    address = await forger.client().leaving("https://tanggap.contoh.id/intake/masuk")
    assert address == f"{ISSUER}/leave?client_id=tanggap&post_logout_redirect_uri=https%3A%2F%2Ftanggap.contoh.id%2Fintake%2Fmasuk"
    forger.metadata = {"end_session_endpoint": None}
    assert await forger.client().leaving("https://tanggap.contoh.id/") is None
