"""`./tanggap demo` as somebody uses it who reads one page, stops it, and starts it again: rows 1, 10, 11 and 12 of what was seen on first use."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from district.deployment import free_port
from district.home import Home
from district.sample.faces import faces
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from tests.logins import CODE

pytestmark = [pytest.mark.servers, pytest.mark.long]

PATIENCE = 180.0
SERVES = "Ctrl-C"
NEVER_LONGER = 8.0
"""Seconds without a line, on a machine with nothing else to do."""

QUIET_START = 2.5
"""Seconds that a verb needs there before it says its first word."""


@dataclass
class Place:
    """Where the demonstration of these tests keeps its data. taken: the port that it wants, which somebody else has. told: more of its environment."""

    home: Path
    temporary: Path
    taken: int
    told: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))}
        return kept | {"TANGGAP_HOME": str(self.home), "TANGGAP_PORT": str(self.taken), "TMPDIR": str(self.temporary)} | self.told | more

    def tanggap(self, *verb: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-m", "district", *verb),
            cwd=CODE.parent, capture_output=True, text=True, timeout=PATIENCE, check=False, env=self.environment(),
        )  # fmt: skip


@dataclass
class Playing:
    """A demonstration that serves. lines: what it has said until then, each with the seconds of silence before it."""

    process: subprocess.Popen[str]
    lines: list[tuple[str, float]]

    @property
    def said(self) -> list[str]:
        return [line for line, _ in self.lines]

    @property
    def origin(self) -> str:
        return re.findall(r"http://127\.0\.0\.1:\d+", self.said[-1])[0]

    def stop(self, how: signal.Signals) -> tuple[int, list[str]]:
        """Stops it: its exit code, and the helpers that live on."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        assert len(family) > 4, "the helpers that must end"
        self.process.send_signal(how)
        code = self.process.wait(60)
        return code, [" ".join(each.cmdline()) for each in psutil.wait_procs(family, 60)[1]]


@contextmanager
def playing(place: Place, **popen: Any) -> Iterator[Playing]:
    command = (sys.executable, "-m", "district", "demo")
    with subprocess.Popen(
        command, cwd=CODE.parent, env=place.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **popen
    ) as process:
        try:
            yield Playing(process, list(until_it_serves(process)))
        finally:
            process.kill()


def how_slow_this_machine_is_now(place: Place) -> float:
    """1 on a quiet machine. The control of the silence: other tests run beside this one, and a verb that does nothing is held up as the demonstration is."""
    before = time.monotonic()
    assert place.tanggap("--help").returncode == 0
    return max(1.0, (time.monotonic() - before) / QUIET_START)


def until_it_serves(process: subprocess.Popen[str]) -> Iterator[tuple[str, float]]:
    before = time.monotonic()
    assert process.stdout
    for line in process.stdout:
        now = time.monotonic()
        yield line.rstrip("\n"), now - before
        before = now
        if SERVES in line:
            return


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Its port is taken by somebody who says nothing at all."""
    with socket.socket() as other, tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as temporary:
        taken = free_port()
        other.bind(("127.0.0.1", taken))
        other.listen()
        yield Place(tmp_path_factory.mktemp("demo"), Path(temporary), taken)


def ignore_ctrl_c() -> None:
    """As a shell does for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def visits(place: Place, origin: str) -> str:
    """A visitor raises a concern about a student of the day, whose case is closed, and about one of whom nobody spoke. Gives the latter's case."""
    headers = Home(place.home).service_headers()
    for number, student in enumerate(("smp1-murid-007", "smp1-murid-171")):
        body = {
            "school": school_id(SOURCE, "smp1"), "students": [{"id": person_id(SOURCE, student), "role": "affected"}], "kind": "incident",
            "categories": ["bullying"], "narrative": "Kenari.", "channel": "api", "reporter": {"kind": "staff"},
        }  # fmt: skip
        answer = httpx.post(
            f"{origin}/intake/api/concerns", json=body, headers=headers | {"idempotency-key": f"visitor-{number}"}, timeout=30, trust_env=False
        )
        assert answer.status_code == 201, answer.text
    deadline = time.monotonic() + PATIENCE
    while not (found := cases_of(place, origin, person_id(SOURCE, "smp1-murid-171"))):
        assert time.monotonic() < deadline
    return found[0]["id"]


def cases_of(place: Place, origin: str, student: str) -> list[dict[str, Any]]:
    told = httpx.get(f"{origin}/cases/api/cases", headers=auditor(place), timeout=30, trust_env=False)
    return [each for each in told.json().get("items", []) if each["student"] == student]


def auditor(place: Place) -> dict[str, str]:
    """Of the auditor, whose look leaves no trace on a case: whoever reads words makes a report *read*."""
    who = next(face.who for face in faces() if face.role == "auditor")
    return {"authorization": f"Bearer {Home(place.home).token(who)}"}


def acts_of_people(place: Place, origin: str, case: str) -> list[str]:
    """What somebody did on the case; deadlines and alerts are the services' own."""
    told = httpx.get(f"{origin}/cases/api/cases/{case}/history", headers=auditor(place), timeout=30, trust_env=False).json()["items"]
    return [each["type"] for each in told if not each["actor"].startswith("service:")]


def test_1_10_11_12_a_day_is_played_shown_stopped_and_shown_again(place):
    slowness = how_slow_this_machine_is_now(place)
    with playing(place, preexec_fn=ignore_ctrl_c) as first:
        progress = [line for line in first.said if re.match(r"\[\d+/\d+\] ", line)]
        page = [line for line in first.said if line not in progress]
        # 12: a page's worth, plain progress lines, a link for each role, never long silence
        assert len(page) <= 60, len(page)
        assert len({line.split("]")[0] for line in progress}) > 20
        slowest = max(slowness, how_slow_this_machine_is_now(place))
        assert max(silence for _, silence in first.lines) < NEVER_LONGER * slowest
        assert [f"{first.origin}/masuk#{face.role}" for face in faces()] == [line.split()[0] for line in page if "/masuk#" in line]
        assert any("NOT TOLD" in line for line in page)
        # 11: the port is said first and last, and verbs find it though the wanted one stands in the environment
        assert (str(place.taken) in first.said[0], first.origin in first.said[0]) == (True, True)
        assert str(place.taken) in first.said[-1]
        assert place.tanggap("doctor").returncode == 0
        # 12: people and agencies are shown by name, and every id that is shown is a case's, which the verbs take; NPSN:part names what was refused
        account = "\n".join([*page, (place.home / "demo-day.txt").read_text()])
        assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-\S*", account) == []
        shown = set(re.findall(r"\b[0-9a-f]{8}\b(?!:)", account))
        assert len(shown) > 40
        for each in sorted(shown)[:3]:
            told = place.tanggap("case", "show", each)
            assert told.returncode == 0, told.stderr
        visited = visits(place, first.origin)
        # 10: SIGTERM, though it was started as a shell starts background jobs
        assert first.stop(signal.SIGTERM) == (0, [])
    assert list(place.temporary.iterdir()) == [], "19"
    once = place.tanggap("demo", "--once")
    assert (once.returncode, "http://" in "\n".join(once.stdout.splitlines()[1:])) == (0, False), once.stdout
    assert "played before, not again" in once.stdout
    with playing(place) as second:
        assert acts_of_people(place, second.origin, visited) == []
        assert second.stop(signal.SIGHUP) == (0, [])
    assert list(place.temporary.iterdir()) == [], "19"


def test_10_kill_9_leaves_no_helper_and_the_next_start_clears_what_it_left(place):
    with playing(place) as killed:
        assert killed.stop(signal.SIGKILL) == (-signal.SIGKILL, [])
    assert list(place.temporary.iterdir()) != []
    other = place.temporary / "other"
    other.mkdir()
    told = Place(other / "home", place.temporary, free_port()).tanggap("audit", "verify")
    assert told.returncode == 2, "it is empty, but it started a server for the moment"
    assert [each.name for each in place.temporary.iterdir()] == ["other"], "19"


def test_1_a_day_that_was_cut_off_goes_on(tmp_path, place):
    mine = Place(tmp_path, place.temporary, free_port())
    command = (sys.executable, "-m", "district", "demo", "--once")
    with subprocess.Popen(command, cwd=CODE.parent, env=mine.environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("[9/"):
                process.kill()
                break
    told = mine.tanggap("demo", "--once")
    assert told.returncode == 0, told.stdout + told.stderr
    assert not any("concerns come in" in line for line in told.stdout.splitlines())
