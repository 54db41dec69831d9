"""Whoever comes from an issuer is believed only as OpenID Connect Core 1.0 says, and nothing of what was forged is logged or shown."""

import httpx
import pytest
import structlog

from services.intake.accounts.openid.client import Returned
from services.intake.accounts.openid.refusing import IssuerAway, NotProved
from services.intake.accounts.openid.tokens import Proof
from tests.intake.openid.forger import ISSUER, SECOND, Forger, issuer, signed_with_the_public_key, unsigned

pytestmark = pytest.mark.anyio


@pytest.fixture
def forger() -> Forger:
    return Forger()


async def refused(forger: Forger, told=None, *, fresh=False) -> str:
    """Why an arrival was refused; its message never says more than that it does not hold."""
    client = forger.client(told)
    returned, journey = await forger.departed(client, fresh=fresh)
    with structlog.testing.capture_logs() as logged, pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert logged == []
    assert str(error.value) == NotProved.english
    assert error.value.__cause__ is None
    return error.value.why


async def test_an_honest_token_says_issuer_and_subject(forger):
    client = forger.client()
    proof = await client.arrive(*await forger.departed(client))
    assert proof == Proof(ISSUER, "guru-1", two_factor=False)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://lain.contoh.id"}, "invalid_claim"),
        ({"iss": f"{ISSUER}/"}, "invalid_claim"),
        ({"iss": None}, "missing_claim"),
        ({"aud": "another"}, "invalid_claim"),
        ({"aud": ["another", "and-another"]}, "invalid_claim"),
        ({"aud": ["another", "tanggap"]}, "missing_claim"),
        ({"aud": ["another", "tanggap"], "azp": "another"}, "invalid_claim"),
        ({"azp": "another"}, "invalid_claim"),
        ({"aud": None}, "missing_claim"),
        ({"exp": 1_000_000_000}, "expired_token"),
        ({"exp": None}, "missing_claim"),
        ({"exp": "soon"}, "invalid_claim"),
        ({"iat": 4_000_000_000}, "invalid_claim"),
        ({"iat": None}, "missing_claim"),
        ({"nbf": 4_000_000_000}, "invalid_claim"),
        ({"nonce": "of-another-browser"}, "invalid_claim"),
        ({"nonce": None}, "missing_claim"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "invalid_claim"),
        ({"sub": None}, "missing_claim"),
        ({"sub": 7}, "invalid_claim"),
        ({"sub": ""}, "invalid_claim"),
        ({"sub": "x" * 256}, "subject"),
        ({"sub": "guru\n1"}, "subject"),
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(forger, claims, why):
    forger.claims = claims
    assert await refused(forger) == why


async def test_a_token_without_a_signature_is_refused(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    forger.token = unsigned(forger.honest())
    with pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert error.value.why in {"unsupported_algorithm", "not-a-token", "bad_signature"}


async def test_a_token_signed_by_hs256_with_the_public_key_is_refused(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    forger.token = signed_with_the_public_key(forger.honest())
    with pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert error.value.why == "unsupported_algorithm"


async def test_hs256_is_refused_also_where_the_issuer_says_that_it_signs_so(forger):
    forger.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    client = forger.client()
    returned, journey = await forger.departed(client)
    forger.token = signed_with_the_public_key(forger.honest())
    with pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert error.value.why == "unsupported_algorithm"


async def test_an_issuer_with_no_algorithm_of_ours_is_not_used(forger):
    forger.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    with pytest.raises(IssuerAway) as error:
        await forger.client().depart()
    assert error.value.why == "no-common-algorithm"


async def test_a_token_signed_by_an_unknown_key_is_refused(forger):
    forger.key = SECOND
    assert await refused(forger) == "invalid_key_id"


async def test_a_token_signed_by_another_key_under_a_known_id_is_refused(forger):
    forger.key, forger.header = SECOND, {"kid": "first"}
    assert await refused(forger) == "bad_signature"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d.e", "é", "." * 40_000, "x" * 40_000])
async def test_what_is_no_token_is_refused(forger, token):
    forger.token = token or " "
    assert await refused(forger) in {"not-a-token", "too-long"}


async def test_an_answer_without_an_id_token_is_refused(forger):
    forger.answers["/token"] = httpx.Response(200, json={"access_token": "x"})
    assert await refused(forger) == "no-id-token"


# where somebody's account is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hd", ["belajar.id", "guru.sd.belajar.id", "GURU.SMP.BELAJAR.ID"])
async def test_an_account_of_one_of_the_hosted_domains_is_taken(forger, hd):
    forger.claims = {"hd": hd}
    client = forger.client(issuer(hosted_domains=["belajar.id", ".belajar.id"]))
    assert (await client.arrive(*await forger.departed(client))).subject == "guru-1"


@pytest.mark.parametrize("hd", [None, "", "gmail.com", "evilbelajar.id", "belajar.id.contoh.com", ["belajar.id"], 7])
async def test_an_account_of_another_hosted_domain_is_refused(forger, hd):
    forger.claims = {"hd": hd, "email": "guru@belajar.id", "email_verified": True}
    assert await refused(forger, issuer(hosted_domains=["belajar.id", ".belajar.id"])) == "hosted-domain"


async def test_a_domain_without_a_dot_in_front_stands_for_itself_alone(forger):
    forger.claims = {"hd": "guru.sd.belajar.id"}
    assert await refused(forger, issuer(hosted_domains=["belajar.id"])) == "hosted-domain"


@pytest.mark.parametrize("tid", [None, "of-somebody-else", ["ours"]])
async def test_an_account_of_another_tenant_is_refused(forger, tid):
    forger.claims = {"tid": tid}
    assert await refused(forger, issuer(tenants=["ours"])) == "tenant"


# how strong it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "two_factor"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": "mfa"}, None),
        ({"acr": "urn:two"}, True),
        ({"acr": "urn:one"}, False),
        ({"acr": ["urn:two"]}, False),
    ],
)
async def test_two_factors_are_what_the_settings_say(forger, claims, two_factor):
    forger.claims = claims
    told = issuer(two_factor={"amr": ["mfa"], "acr": ["urn:two"]})
    if two_factor is None:
        assert await refused(forger, told) == "invalid_claim"
    else:
        client = forger.client(told)
        assert (await client.arrive(*await forger.departed(client))).two_factor is two_factor


# a step-up -----------------------------------------------------------------------------------------------------------


async def test_a_step_up_asks_for_a_new_sign_in_and_takes_it(forger):
    client = forger.client()
    address, _ = await client.depart(fresh=True)
    assert "prompt=login" in address
    assert "max_age=0" in address
    assert (await client.arrive(*await forger.departed(client, fresh=True))).subject == "guru-1"


@pytest.mark.parametrize(
    ("auth_time", "why"),
    [(None, "no-time-of-sign-in"), (True, "no-time-of-sign-in"), (-3600, "old-sign-in"), (3600, "old-sign-in"), ("now", "invalid_claim")],
)
async def test_an_old_sign_in_is_no_step_up(forger, auth_time, why):
    now = int(forger.clock.now().timestamp())
    forger.claims = {"auth_time": auth_time if auth_time in (None, True, "now") else now + int(auth_time)}
    assert await refused(forger, fresh=True) == why


# codes and states ----------------------------------------------------------------------------------------------------


async def test_a_code_works_once(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    await client.arrive(returned, journey)
    with pytest.raises(NotProved) as error:
        await client.arrive(returned, journey)
    assert error.value.why == "code-refused"


@pytest.mark.parametrize("state", [None, "", "of-another-browser", "é"])
async def test_a_state_of_another_browser_is_refused_before_the_issuer_is_asked(forger, state):
    client = forger.client()
    returned, journey = await forger.departed(client)
    with pytest.raises(NotProved) as error:
        await client.arrive(Returned(returned.code, state, None), journey)
    assert error.value.why == "state"
    assert forger.times_asked("/token") == 0


async def test_two_browsers_cannot_swap_their_states(forger):
    client = forger.client()
    _, mine = await forger.departed(client)
    theirs, _ = await forger.departed(client)
    with pytest.raises(NotProved) as error:
        await client.arrive(theirs, mine)
    assert error.value.why == "state"


async def test_an_answer_in_another_issuers_name_is_refused(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    with pytest.raises(NotProved):
        await client.arrive(Returned(returned.code, returned.state, "https://lain.contoh.id"), journey)
    with pytest.raises(NotProved):
        await client.arrive(returned, journey.model_copy(update={"issuer": "lain"}))
    assert forger.times_asked("/token") == 0


async def test_an_issuer_that_says_who_answers_must_say_it(forger):
    forger.metadata = {"authorization_response_iss_parameter_supported": True}
    assert await refused(forger) == "other-issuer"


async def test_who_was_not_let_in_there_is_not_let_in_here(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    with pytest.raises(NotProved) as error:
        await client.arrive(Returned(None, returned.state, None, "access_denied"), journey)
    assert error.value.why == "not-granted"


async def test_the_verifier_of_the_journey_goes_with_the_code(forger):
    client = forger.client()
    returned, journey = await forger.departed(client)
    await client.arrive(returned, journey)
    _, form = next(asked for asked in forger.asked if asked[0] == "/token")
    assert form["code_verifier"] == journey.verifier
    assert len(journey.verifier) >= 43
