"""`./tanggap up` speaks TLS itself where it is given a certificate: over it browsers are told never to come back without; this machine stays plain."""

import asyncio
import configparser
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from district.commands.doctor import _passkeys
from district.deployment import free_port
from shared.errors import StartRefused
from shared.service.tls import tls_of
from shared.settings import Settings, read_settings
from shared.testing import eventually
from tests.intake.office import KEY
from tests.logins import CODE

ROOT = CODE.parent


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@dataclass
class Safe:
    """chain: its certificate. port: over TLS. plain: for this machine itself."""

    chain: Path
    port: int
    plain: int

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.chain)

    async def answers(self) -> bool:
        try:
            async with httpx.AsyncClient(verify=self.trust, trust_env=False) as browser:
                return (await browser.get(f"{self.origin}/intake/healthz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def settings(**given: str) -> Settings:
    told = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}
    return read_settings(told | given)


@pytest.mark.parametrize(
    "given",
    [
        {"TANGGAP_TLS_CERTIFICATE": "/c"},
        {"TANGGAP_TLS_KEY": "/k"},
        {"TANGGAP_TLS_CERTIFICATE": "/c", "TANGGAP_TLS_KEY": "/k"},
        {"TANGGAP_TLS_CERTIFICATE": "/c", "TANGGAP_TLS_KEY": "/k", "TANGGAP_PUBLIC_ORIGIN": "http://a.id"},
    ],
)
def test_what_does_not_fit_together_stops_the_start(given):
    with pytest.raises(StartRefused, match="TANGGAP_"):
        tls_of(settings(**given))


@pytest.mark.parametrize("listen", ["443", "a b:443", ":443", "0.0.0.0:https"])
def test_a_wrong_place_to_listen_stops_the_start(listen):
    with pytest.raises(StartRefused, match="TANGGAP_TLS_LISTEN"):
        settings(TANGGAP_TLS_LISTEN=listen)


def test_without_a_certificate_there_is_no_second_listener():
    assert tls_of(settings()) is None


@pytest.mark.parametrize(
    ("origin", "well", "told"),
    [
        ("", True, "work at http://localhost:"),
        ("https://tanggap.contoh.id", True, "work at https://tanggap.contoh.id"),
        ("http://tanggap.contoh.id", False, "plain http: serve it over https"),
        ("https://192.0.2.1", False, "is a number"),
    ],
)
def test_the_doctor_says_why_passkeys_are_off(monkeypatch, origin, well, told):
    monkeypatch.setenv("TANGGAP_PUBLIC_ORIGIN", origin)
    _, ok, said = _passkeys()
    assert ok is well
    assert told in said


def test_the_unit_runs_what_is_there_with_nothing_to_write_to_but_its_own_folder():
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "tanggap.service")
    service = unit["Service"]
    program, verb = service["ExecStart"].removeprefix(f"{service['WorkingDirectory']}/").split()
    assert os.access(ROOT / program, os.X_OK)
    assert verb == "up"
    assert (service["ProtectSystem"], service["NoNewPrivileges"], service["CapabilityBoundingSet"]) == ("strict", "true", "CAP_NET_BIND_SERVICE")


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[Safe]:
    """A district that speaks TLS itself."""
    chain, key = certificate(tmp_path)
    made = Safe(chain, free_port(), free_port())
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))},
        "TANGGAP_HOME": str(tmp_path / "home"),
        "TANGGAP_PORT": str(made.plain),
        "TANGGAP_TLS_CERTIFICATE": str(chain),
        "TANGGAP_TLS_KEY": str(key),
        "TANGGAP_TLS_LISTEN": f"127.0.0.1:{made.port}",
        "TANGGAP_PUBLIC_ORIGIN": made.origin,
    }
    with subprocess.Popen((sys.executable, "-m", "district", "up"), cwd=ROOT, env=given, stdout=subprocess.DEVNULL) as running:
        try:
            asyncio.run(eventually(made.answers, within=90))
            yield made
        finally:
            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0


@pytest.mark.servers
def test_browsers_are_served_over_tls_and_this_machine_as_before(safe):
    with httpx.Client(verify=safe.trust, trust_env=False) as browser:
        page = browser.get(f"{safe.origin}/intake/masuk/passkey")
        assert page.headers["strict-transport-security"] == "max-age=63072000"
        assert page.headers["set-cookie"].startswith("__Host-tanggap_passkey=")
        assert "Secure" in page.headers["set-cookie"]
        assert page.headers["date"]
        assert browser.get(f"http://127.0.0.1:{safe.plain}/intake/healthz").status_code == httpx.codes.OK
