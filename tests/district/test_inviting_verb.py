"""`invite` prints an invitation once, and the first administrator's invitation stands on the terminal of a new district."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from district.__main__ import app
from district.commands import directory, inviting
from district.deployment import free_port
from tests.district.test_people_verbs import Home
from tests.logins import CODE

ADDRESS = "http://127.0.0.1:8000/intake/undangan/K7F29QX0M4T8V2B6N3H5J1R9W0"
PATIENCE = 60.0


@pytest.fixture
def asked(monkeypatch) -> list[Any]:
    """The body of every request that reaches intake."""
    seen: list[Any] = []

    def take(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        seen.append(body)
        address = ADDRESS if body["way"] == "paper" else None
        return httpx.Response(201, json={"person": "p-1", "name": "Ani Contoh", "address": address, "until": "2026-12-01T02:00:00Z"})

    real, transport = httpx.Client, httpx.MockTransport(take)
    for module in (directory, inviting):
        monkeypatch.setattr(module, "find_home", Home)
    monkeypatch.setattr(httpx, "Client", lambda **more: real(transport=transport, headers=more.get("headers")))
    return seen


def run(*words: str):
    return CliRunner().invoke(app, words)


def test_an_invitation_is_printed_with_its_address_and_its_end_on_the_district_s_clock(asked):
    done = run("invite", "Ani Contoh")
    assert asked == [{"person": "Ani Contoh", "way": "paper", "recover": False}]
    assert (done.exit_code, done.output.count(ADDRESS)) == (0, 1)
    assert "Ani Contoh" in done.output
    assert "1 Desember 2026, 09.00" in done.output


def test_a_mailed_invitation_shows_no_address(asked):
    done = run("invite", "p-1", "--mail", "--recover")
    assert asked == [{"person": "p-1", "way": "mail", "recover": True}]
    assert (done.exit_code, "undangan/" in done.output) == (0, False)


def test_machines_get_json(asked):
    done = run("invite", "p-1", "--json")
    assert json.loads(done.output)["address"] == ADDRESS


# the first administrator -------------------------------------------------------------------------------------------


def printed(home: Path, enough: str) -> str:
    """What `./tanggap up` prints on a terminal until these words stand there."""
    mine, theirs = pty.openpty()
    given = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))}
    told = given | {"TANGGAP_HOME": str(home), "TANGGAP_PORT": str(free_port())}
    command = (sys.executable, "-m", "district", "up")
    with subprocess.Popen(command, cwd=CODE.parent, env=told, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as running:
        os.close(theirs)
        try:
            return _until(mine, enough)
        finally:
            running.terminate()
            running.wait(30)
            os.close(mine)


def _until(terminal: int, enough: str) -> str:
    shown, ends = b"", time.monotonic() + PATIENCE
    while enough not in shown.decode(errors="replace") and select.select([terminal], [], [], ends - time.monotonic())[0]:
        shown += os.read(terminal, 65536)
    return shown.decode(errors="replace")


@pytest.mark.servers
def test_a_new_district_shows_its_first_administrator_s_invitation_on_the_terminal_once():
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as home:
        first = printed(Path(home), "▀▀▀▀▀▀▀")
        assert re.search(r"http://127\.0\.0\.1:\d+/intake/undangan/[0-9A-Z]{26}\s", first), first
        assert "▀" in first  # its QR code
        assert (Path(home) / "secrets").exists()
