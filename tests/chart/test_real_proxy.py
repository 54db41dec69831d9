"""The proxy of docker-compose.yml as it is, over TLS: what a service hears of whoever asks, what the proxy prints, and what a browser is told.

Only addresses and ports of the two files are others here. The program lies apart, as all that `make chart` needs.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from district.deployment import free_port
from shared.testing import eventually
from tests.district.test_serving_over_tls import certificate

pytestmark = [pytest.mark.chart, pytest.mark.servers]

DEPLOY = Path(__file__).parents[2] / "deploy"
SOMEBODY = "127.0.0.2"
"""Whoever asks comes from there."""

TELLING = {
    "User-Agent": "canary-browser", "Referer": "https://elsewhere.example.invalid/canary-page",
    "X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7",
    "X-Real-IP": "203.0.113.7",
}  # fmt: skip
FOR_TWO_YEARS = ["max-age=63072000"]


class Intake(BaseHTTPRequestHandler):
    """Stands for the service behind the proxy, and remembers what it was told of whoever asked."""

    told: list[dict[str, str]]

    def do_GET(self) -> None:
        self.told.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Strict-Transport-Security", FOR_TWO_YEARS[0])
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass
class Door:
    """The running proxy. told: what intake heard."""

    chain: Path
    printed: Path
    ports: dict[str, int]
    told: list[dict[str, str]] = field(default_factory=list)

    def ask(self, path: str, *, scheme: str = "https") -> httpx.Response:
        """As a browser of somebody's would; scheme `http` or `https`, or `onion` for the port of the onion service."""
        coming = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=self.chain), local_address=SOMEBODY)
        with httpx.Client(transport=coming) as browser:
            return browser.get(f"{scheme.replace('onion', 'http')}://localhost:{self.ports[scheme]}{path}", headers=TELLING)

    async def opens(self) -> bool:
        try:
            return bool(self.ask("/intake/healthz").status_code)
        except httpx.TransportError:
            return False

    def stammer(self) -> None:
        """Somebody who speaks no TLS at the port for it."""
        with socket.create_connection(("localhost", self.ports["https"]), source_address=(SOMEBODY, 0)) as line:
            line.sendall(b"canary-noise\r\n\r\n")
            line.recv(100)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    chain, key = certificate(folder)
    ports = {"https": free_port(), "http": free_port(), "onion": free_port(), "plain": free_port(), "intake": free_port()}
    door = Door(chain, folder / "printed", ports)
    with serving(door), opened(folder, door, f"{chain} {key}"):
        asyncio.run(eventually(door.opens, within=30))
        yield door


@contextmanager
def serving(door: Door) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", door.ports["intake"]), type("Here", (Intake,), {"told": door.told}))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def opened(folder: Path, door: Door, tls: str) -> Iterator[None]:
    here = {"intake:8000": f"127.0.0.1:{door.ports['intake']}", ":8080 {": f":{door.ports['plain']} {{", ":8081 {": f":{door.ports['onion']} {{"}
    here["\tadmin off\n"] = f"\tadmin off\n\thttp_port {door.ports['http']}\n\thttps_port {door.ports['https']}\n"
    for name in ("Caddyfile", "Caddyfile.tls"):
        text = (DEPLOY / name).read_text()
        for there, ours in here.items():
            assert there in text or name == "Caddyfile.tls"
            text = text.replace(there, ours)
        (folder / name).write_text(text)
    command = (program(), "run", "--config", str(folder / "Caddyfile.tls"), "--adapter", "caddyfile")
    told = {"HOME": str(folder), "TANGGAP_HOST": "localhost", "TANGGAP_TLS": tls, "PATH": os.environ["PATH"]}
    with door.printed.open("wb") as printed, subprocess.Popen(command, env=told, stdout=printed, stderr=subprocess.STDOUT) as process:
        try:
            yield
        finally:
            process.terminate()


def program() -> str:
    found = [Path(entry) / "bin" / "caddy" for entry in sys.path if (Path(entry) / "bin" / "caddy").exists()]
    assert found, "the proxy lies in .cache/chart: run `make chart`"
    return str(found[0])


def test_a_service_hears_the_network_of_whoever_asks_and_nothing_else_of_them(door):
    door.told.clear()
    assert door.ask("/intake/lapor").status_code == httpx.codes.OK
    (heard,) = door.told
    assert heard["x-forwarded-for"] == SOMEBODY, "and not what they said that they are"
    assert not [each for each in ("canary", "203.0.113.7") if each in str(heard)]
    assert heard["x-forwarded-proto"] == "https"


def test_a_browser_is_told_once_never_to_come_without_tls(door):
    assert door.ask("/intake/lapor").headers.get_list("strict-transport-security") == FOR_TWO_YEARS
    away = door.ask("/cases/healthz")
    assert (away.status_code, away.headers.get_list("strict-transport-security")) == (502, FOR_TWO_YEARS)
    assert door.ask("/").headers.get_list("strict-transport-security") == FOR_TWO_YEARS


def test_whoever_comes_without_tls_is_led_to_it(door):
    led = door.ask("/intake/lapor", scheme="http")
    assert (led.status_code, led.headers["location"]) == (308, "https://localhost/intake/lapor")


@pytest.mark.parametrize("path", ["/intake/masuk", "/intake/kelola", "/cases/", "/intake/api/v1/concerns", "/intake/laporan-saya"])
def test_the_onion_service_leads_to_reporting_alone(door, path):
    door.told.clear()
    led = door.ask(path, scheme="onion")
    assert (led.status_code, led.headers["location"], door.told) == (302, "/intake/lapor", [])


def test_nobody_who_asked_stands_in_what_the_proxy_printed(door):
    door.ask("/intake/status?receipt=canary-receipt")
    door.ask("/cases/canary-path")
    door.ask("/canary", scheme="http")
    door.stammer()
    printed = door.printed.read_text()
    assert '"msg":"serving initial configuration"' in printed, "it prints where it is"
    assert not [each for each in ("canary", SOMEBODY, "203.0.113.7", "/cases/", "/intake/") if each in printed]
