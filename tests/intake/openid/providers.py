"""Real providers in processes of their own, and a browser without scripts that signs in with them."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from district.deployment import free_port
from services.intake.accounts.openid.issuers import Issuer
from shared.testing import eventually
from tests.intake.openid.registered import CLIENT, DOMAIN, SECRET

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Provider:
    """make: who made it. subject: of whoever signs in as `name`."""

    make: str
    settings: dict[str, object]

    @property
    def issuer(self) -> Issuer:
        return Issuer.model_validate(self.settings)

    def subject(self, name: str) -> str:
        return name if self.make == "oidc-provider-mock" else f"subject-of-{name}"


@contextmanager
def running(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    errors = (folder / "errors").open("w")
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        errors.close()


@contextmanager
def provider_mock(folder: Path, callback: str, leaving: str, *, longest: int = 3600) -> Iterator[Provider]:
    """`oidc-provider-mock`. longest: seconds after which its tokens are over."""
    secret = folder / "client-secret"
    secret.write_text("any")
    port = free_port()
    people = [{"sub": "guru-1", "hd": DOMAIN, "acr": "urn:satu"}, {"sub": "guru-2", "hd": "gmail.com"}]
    told = [each for person in people for each in ("--user-claims", json.dumps(person))]
    with running("-m", "oidc_provider_mock", "-p", str(port), "-e", str(longest), *told, folder=folder):
        origin = f"http://127.0.0.1:{port}"
        asyncio.run(eventually(lambda: answers(f"{origin}/.well-known/openid-configuration"), within=30))
        yield Provider(
            "oidc-provider-mock", {"id": "sekolah", "name": "Akun Sekolah", "issuer": origin, "client_id": "any", "client_secret_file": str(secret)}
        )


@contextmanager
def django_provider(folder: Path, callback: str, leaving: str) -> Iterator[Provider]:
    """Django OAuth Toolkit."""
    secret = folder / "client-secret"
    secret.write_text(SECRET)
    with running("-m", "tests.intake.openid.django_provider", str(folder), callback, leaving, folder=folder) as process:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer, (folder / "errors").read_text()
        yield Provider(
            "Django OAuth Toolkit",
            {
                "id": "belajar",
                "name": "belajar.id",
                "issuer": issuer,
                "client_id": CLIENT,
                "client_secret_file": str(secret),
                "hosted_domains": [".belajar.id"],
                "two_factor": {"amr": ["mfa"]},
            },
        )


async def answers(address: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(address)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def signs_in(browser: httpx.Client, address: str, name: str, callback: str) -> httpx.URL:
    """Follows an address of a provider until it sends the browser back, filling in the one form on the way. Gives the address that it is sent to."""
    answer = browser.get(address)
    for _ in range(10):
        if answer.is_redirect:
            following = answer.next_request
            assert following is not None
            if str(following.url).startswith(callback):
                return following.url
            answer = browser.send(following)
        else:
            answer = browser.post(_action(answer), data=_fields(answer, name))
    raise AssertionError("the provider never sent the browser back")


def _action(page: httpx.Response) -> httpx.URL:
    found = re.search(r'<form[^>]*action="([^"]*)"', page.text)
    return page.url.join(unescape(found.group(1))) if found and found.group(1) else page.url


def _fields(page: httpx.Response, name: str) -> dict[str, str]:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.text)
    return {"csrfmiddlewaretoken": token.group(1), "username": name} if token else {"sub": name}


def query(address: httpx.URL) -> dict[str, str]:
    return dict(address.params) if urlsplit(str(address)).query else {}
