"""Whatever fails in a process of ours, and whoever prints it: standard output, standard error and answers never hold what a person wrote."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from district.deployment import free_port
from district.embedded.process import dying_with_us
from shared.testing import eventually

pytestmark = pytest.mark.servers

CANARY = "kanarikuning"
CHECKOUT = Path(__file__).parents[2]


class Leaking:
    """The process of tests/shared/leaking.py. told: everything that it has printed."""

    def __init__(self, output: Path, *given: str) -> None:
        self.output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "tests.shared.leaking", *given), cwd=CHECKOUT, env=os.environ | {"CANARY": CANARY}, stdout=file, stderr=file,
                preexec_fn=dying_with_us(),
            )  # fmt: skip

    @property
    def told(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, str]]:
        """Our own lines of one kind."""
        return [line for line in map(json.loads, filter(lambda line: line.startswith("{"), self.told.splitlines())) if line["event"] == event]


@pytest.fixture
def leaking(tmp_path: Path) -> Iterator[tuple[Leaking, int]]:
    port = free_port()
    started = Leaking(tmp_path / "output", str(port))
    yield started, port
    started.process.kill()
    started.process.wait()


async def answered(port: int, *paths: str) -> list[int]:
    """What the process answers to these, after it has started."""

    async def is_up() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    await eventually(is_up, within=30)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        told = [await client.post(path, params={"q": CANARY}, headers={"x-told": CANARY}, json={"text": CANARY}) for path in paths]
        assert not any(CANARY in each.text for each in told)
        return [each.status_code for each in told]


async def prints_only(leaking: Leaking, *expected: str) -> None:
    async def printed() -> bool:
        return all(each in leaking.told for each in expected)

    await eventually(printed)
    assert CANARY not in leaking.told


@pytest.mark.anyio
async def test_warnings_leave_their_class_and_place(leaking):
    process, port = leaking
    assert await answered(port, "/serializer", "/warning") == [200, 200]
    await prints_only(process, "python-warning")
    serializer, warning = process.lines("python-warning")
    assert (serializer["warning"], serializer["at"].split(":")[0]) == ("UserWarning", "main.py")
    assert (warning["warning"], warning["at"].split(":")[0]) == ("UserWarning", "leaking.py")


@pytest.mark.anyio
async def test_what_nobody_caught_leaves_its_class_and_place(leaking):
    process, port = leaking
    assert await answered(port, "/thread", "/destructor") == [200, 200]
    await prints_only(process, "uncaught")
    assert [(line["error"], line["at"].split(":")[0]) for line in process.lines("uncaught")] == [("ValueError", "leaking.py")] * 2


@pytest.mark.anyio
async def test_a_task_that_nobody_waited_for_and_a_callback_leave_their_class(leaking):
    process, port = leaking
    assert await answered(port, "/task", "/callback") == [200, 200]
    await prints_only(process, "asyncio ValueError ERROR\nasyncio ValueError ERROR\n")


@pytest.mark.anyio
async def test_a_request_that_fails_and_a_server_that_fails_leave_their_class(leaking):
    process, port = leaking
    assert await answered(port, "/request", "/asgi") == [500, 500]
    await prints_only(process, "uvicorn.error ValueError ERROR\n")
    assert [(line["route"], line["error"]) for line in process.lines("unexpected")] == [("/{what}", "ValueError")]


@pytest.mark.anyio
async def test_a_log_line_whose_arguments_do_not_fit_prints_none_of_them(leaking):
    process, port = leaking
    assert await answered(port, "/logging") == [200]
    await prints_only(process, "library WARNING\n", '"value": "[bytes]"')


@pytest.mark.anyio
async def test_what_is_no_request_at_all_is_not_quoted(leaking):
    process, port = leaking
    await answered(port)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET /{CANARY} \x00 {CANARY}\r\n{CANARY}\r\n\r\n".encode())
        assert CANARY not in connection.recv(10_000).decode()
    await prints_only(process, "uvicorn.error WARNING\n")


def test_a_process_that_ends_with_an_exception_says_its_class_and_place(tmp_path):
    process = Leaking(tmp_path / "output")
    assert process.process.wait(30) == 1
    assert CANARY not in process.told
    assert [(line["error"], line["at"].split(":")[0]) for line in process.lines("uncaught")] == [("ValueError", "leaking.py")]
