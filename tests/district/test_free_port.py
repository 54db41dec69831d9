"""A free port is given once: between asking for it and listening there, another program of ours may ask."""

import subprocess
import sys

import pytest

from district import deployment
from district.deployment import free_port
from shared.errors import StartRefused

pytestmark = pytest.mark.servers

SMALL = range(32_100, 32_104)
"""Beside those that are given to other tests."""
ASKS = (
    "import district.deployment as d; d._PORTS = range(32_100, 32_104); print(d.free_port(), flush=True); input()"  # holds it until it is told to end
)


def test_a_port_is_given_once_in_one_process_and_among_several(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", ASKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        taken = int(other.stdout.readline())
        monkeypatch.setattr(deployment, "_PORTS", SMALL)
        mine = {free_port() for _ in range(len(SMALL) - 1)}
        assert mine == set(SMALL) - {taken}
        with pytest.raises(StartRefused):
            free_port()
        other.communicate("\n")
    assert free_port() == taken, "whoever ends gives it back"
