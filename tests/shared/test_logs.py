"""Logs say what happened by ids and codes. A word that a person wrote never appears in them, whichever way it comes."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI
from pydantic import BaseModel

from services.intake.domain.concern import AddToConcern
from services.intake.roster.people import Person
from shared import logs
from shared.errors import HistoryBroken
from shared.running import keep_running
from shared.sealed import Erased, Sealed
from shared.web import install

CANARY = "kanarikuning"
SEALED = Sealed(kid=CANARY, context=CANARY, box=CANARY)


class Told(BaseModel):
    narrative: str


@pytest.fixture
def stderr(monkeypatch) -> Iterator[io.StringIO]:
    """Standard error, with logs configured as a service does it; put back afterwards."""
    root, written = logging.getLogger(), io.StringIO()
    before = (root.handlers[:], root.level)
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("cases", "DEBUG")
    yield written
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def told(written: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def fail() -> None:
    """Raises an exception that quotes content, with a cause that does too."""
    raise HistoryBroken(CANARY) from ValueError(CANARY)


def failure() -> Exception:
    try:
        fail()
    except HistoryBroken as error:
        return error
    raise AssertionError


# our own events ----------------------------------------------------------------------------------------------------


def test_an_event_is_one_line_of_json_with_its_service_time_and_level(stderr):
    structlog.get_logger().info("case-opened", case="case-1", version=3)
    (line,) = told(stderr)
    assert (line["event"], line["service"], line["level"], line["case"], line["version"]) == ("case-opened", "cases", "info", "case-1", 3)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "value",
    [
        SEALED,
        Erased(kid=CANARY),
        Told(narrative=CANARY),
        AddToConcern(addition=CANARY, text=SEALED, texts={}, answers={}),
        ValueError(CANARY),
        failure(),
        KeyError(CANARY),
    ],
)
def test_sealed_fields_models_and_exceptions_leave_only_their_class(stderr, value):
    structlog.get_logger().warning("odd", value=value)
    (line,) = told(stderr)
    assert line["value"] == f"[{type(value).__name__}]"
    assert CANARY not in stderr.getvalue()


def test_what_is_bound_before_is_looked_over_too(stderr):
    structlog.contextvars.bind_contextvars(bound=Told(narrative=CANARY))
    structlog.get_logger().bind(error=ValueError(CANARY)).info("odd")
    assert CANARY not in stderr.getvalue()
    assert told(stderr)[0]["error"] == "[ValueError]"


def test_an_exception_that_is_being_handled_is_not_printed(stderr):
    try:
        fail()
    except HistoryBroken as error:
        structlog.get_logger().exception("failed")
        structlog.get_logger().error("failed", exc_info=error)
        structlog.get_logger().error("failed", exc_info=True)
    assert len(told(stderr)) == 3
    assert CANARY not in stderr.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        [Told(narrative=CANARY)], {"error": ValueError(CANARY)}, (SEALED,), (ValueError, ValueError(CANARY), None),
        Person("p", "student", "s", (), CANARY, "", "", "", (), None),
    ],
)  # fmt: skip
def test_what_is_inside_a_list_or_a_dataclass_does_not_appear_either(stderr, value):
    structlog.get_logger().warning("odd", value=value)
    assert told(stderr)[0]["event"] == "odd"
    assert CANARY not in stderr.getvalue()


def test_events_below_the_level_are_not_written(monkeypatch, stderr):
    monkeypatch.setattr(sys, "stderr", stderr)
    logs.configure("cases", "WARNING")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in told(stderr)] == ["loud"]


# libraries ---------------------------------------------------------------------------------------------------------


def test_of_a_librarys_warning_only_its_name_and_level_are_written(stderr):
    logging.getLogger("library").warning("could not send %s", CANARY)
    logging.getLogger("library").error(CANARY, extra={"narrative": CANARY})
    assert stderr.getvalue() == "library WARNING\nlibrary ERROR\n"


def test_of_a_librarys_exception_the_class_is_written_and_no_message_and_no_frame(stderr):
    try:
        fail()
    except HistoryBroken:
        logging.getLogger("library").exception("failed on %s", CANARY)
        logging.getLogger("library").warning(CANARY, exc_info=True)
    assert stderr.getvalue() == "library HistoryBroken ERROR\nlibrary HistoryBroken WARNING\n"


def test_an_asynchronous_task_that_nobody_waited_for_says_no_more(stderr):
    async def scenario() -> None:
        asyncio.get_running_loop().call_exception_handler({"message": CANARY, "exception": failure()})

    asyncio.run(scenario())
    assert stderr.getvalue() == "asyncio HistoryBroken ERROR\n"


def test_a_librarys_debug_and_info_are_not_written(stderr):
    logging.getLogger("library").info(CANARY)
    logging.getLogger("library").debug(CANARY)
    assert stderr.getvalue() == ""


# the shells that log -----------------------------------------------------------------------------------------------


def test_a_part_that_fails_is_told_by_its_class(stderr):
    class Failing:
        name = "directory"

        async def run(self) -> None:
            raise ValueError(CANARY)

    async def scenario() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(keep_running(Failing()), 0.05)

    asyncio.run(scenario())
    line = told(stderr)[0]
    assert (line["event"], line["part"], line["error"]) == ("part-failed", "directory", "ValueError")
    assert CANARY not in stderr.getvalue()


def test_a_request_that_fails_is_told_by_its_route_and_never_by_its_address_or_body(stderr):
    app = FastAPI()
    install(app)

    @app.post("/cases/{case}")
    async def work(case: str, body: Told) -> None:
        raise ValueError(case + body.narrative)

    async def scenario() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test") as client:
            first = await client.post(f"/cases/{CANARY}?q={CANARY}", json={"narrative": CANARY})
            return [first.status_code, (await client.get(f"/{CANARY}")).status_code]

    assert asyncio.run(scenario()) == [500, 404]
    unexpected, refused = told(stderr)
    assert (unexpected["event"], unexpected["route"], unexpected["error"]) == ("unexpected", "/cases/{case}", "ValueError")
    assert (refused["event"], refused["status"]) == ("refused", 404)
    assert CANARY not in stderr.getvalue()
