"""A whole service on PostgreSQL answers every request with an answer or a problem, never with a 500."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.intake.app import create_app
from services.intake.views import VIEW
from shared.access import service_principal
from shared.settings import read_settings
from tests.keys import bearer
from tests.logins import login
from tests.shared.asking import CANARY, JSON, is_problem


@pytest.fixture
def intake(database) -> FastAPI:
    """Intake over a fresh database, with one school and none of its parts running."""
    key = urlsafe_b64encode(b"k" * 32).decode()
    given = {"DATABASE_URL": login(database, "intake"), "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key}
    return create_app(read_settings(given))


def at_intake(app: FastAPI, *requests: tuple[str, str, dict]) -> list[httpx.Response]:
    """Sends these in order."""

    async def sent() -> list[httpx.Response]:
        kernel = app.state.kernel
        await kernel.database.open()
        try:
            async with kernel.database.connection() as connection:
                await connection.execute("INSERT INTO view_checkpoint (view, position, state) VALUES (%s, 0, 'answering')", (VIEW,))
                await connection.execute("INSERT INTO school_v1 VALUES ('s1', '20100002', 'SMP', 'smp', NULL, 1)")
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return [await client.request(method, path, **more) for method, path, more in requests]
        finally:
            await kernel.database.close()

    return asyncio.run(sent())


def test_no_form_with_odd_characters_ends_in_a_500(intake):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answers = at_intake(
        intake,
        ("GET", "/intake/lapor", {}),
        ("POST", "/intake/lapor/siapa", {"data": {"about": "a\x00b"}}),
        ("POST", "/intake/lapor/siapa", {"data": {"about": CANARY}}),
        ("POST", "/intake/lapor/apa", {"data": {"narrative": CANARY * 2000, "categories": CANARY, "facts": CANARY}}),
        ("POST", "/intake/lapor/apa", {"content": b"narrative=%ED%A0%80", "headers": kind}),
        ("POST", "/intake/lapor/kirim", {}),
        ("GET", "/intake/lapor/nonsense", {}),
        ("POST", "/intake/status", {"content": b"receipt=%00%ED%A0%80", "headers": kind}),
        ("POST", "/intake/api/status", {"json": {"receipt": "İ" * 18}}),
    )
    assert [answer.status_code for answer in answers] == [200, 422, 303, 303, 303, 303, 404, 422, 404]


def in_letters(content_type: str) -> tuple[str, bytes]:
    return content_type, b'--utf-8\r\nContent-Disposition: form-data; name="receipt"\r\n\r\n+AAA-\r\n--utf-8--\r\n'


OTHER_LETTERS = [
    in_letters('multipart/form-data; charset="utf-7"; boundary="utf-8"'),
    in_letters("multipart/form-data; boundary=utf-8; charset=undefined"),
    in_letters("Multipart/Form-Data; boundary=utf-8; Charset=unicode_escape"),
    in_letters("multipart/form-data; boundary=utf-8; charset=utf-8; charset=utf-16"),
]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/x-www-form-urlencoded", b"receipt=a%00b"), ("Application/X-WWW-Form-Urlencoded; charset=utf-8", b"%00=a"), *OTHER_LETTERS,
    ],
)  # fmt: skip
def test_a_form_with_a_nul_in_other_letters_is_refused_as_one_with_a_plain_nul(intake, kind, content):
    (answer,) = at_intake(intake, ("POST", "/intake/status", {"content": content, "headers": {"content-type": kind}}))
    assert is_problem(answer, 422, "invalid")["errors"] == [{"pointer": "", "code": "unstorable-character"}]


@pytest.mark.parametrize("path", ["/intake/api/concerns/%00", "/intake/api/concerns/a%00b/additions"])
def test_a_nul_in_an_address_is_no_500(intake, path):
    method = "POST" if path.endswith("additions") else "GET"
    (answer,) = at_intake(intake, (method, path, {"headers": {"receipt": "x"}} | ({"json": {"text": "x"}} if method == "POST" else {})))
    assert answer.status_code in (400, 404, 422)


def test_what_a_reporter_wrote_is_in_no_answer_to_a_wrong_concern(intake):
    service = service_principal("test")
    headers = JSON | bearer(intake.state.kernel.settings, service) | {"idempotency-key": "k1"}
    right: dict[str, object] = {
        "school": "s1", "students": [{"description": "somebody", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": CANARY,
        "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    wrong: list[dict[str, object]] = [
        {"school": CANARY}, {"students": [{"description": CANARY, "role": CANARY}]}, {"students": [{"id": CANARY, "role": "affected"}]},
        {"kind": CANARY}, {"categories": [CANARY]}, {"facts": {"weapon": CANARY}}, {"channel": CANARY}, {"happened_at": CANARY}, {"colour": CANARY},
        {"people": [{"id": CANARY, "relation": "staff", "role": "accused"}]}, {"reporter": {"kind": CANARY}}, {"narrative": CANARY * 2000},
        {"happened_at": "2999-01-01T00:00:00Z"}, {"happened_at": "2026-01-01T00:00:00"}, {"students": []}, {"narrative": " "},
    ]  # fmt: skip
    bodies = [json.dumps(right | each) for each in wrong] + [json.dumps([CANARY]), json.dumps(right).replace("need", "ne\\u0000ed")]
    answers = at_intake(intake, *(("POST", "/intake/api/concerns", {"content": body, "headers": headers}) for body in bodies))
    for answer in answers:
        assert is_problem(answer, 422, "invalid")["errors"]


def test_a_reporter_who_is_not_in_the_roster_is_refused(intake):
    service = service_principal("test")
    body = {
        "school": "s1", "students": [{"description": "somebody", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": "words",
        "channel": "api", "reporter": {"kind": "staff", "id": CANARY},
    }  # fmt: skip
    headers = bearer(intake.state.kernel.settings, service) | {"idempotency-key": "k1"}
    (answer,) = at_intake(intake, ("POST", "/intake/api/concerns", {"json": body, "headers": headers}))
    assert answer.status_code == 422


def test_whoever_loses_the_network_in_the_middle_of_a_form_is_no_error_of_ours(intake, capsys):
    """Uvicorn would write down what leaves the application, and an operator would look for a fault."""
    kind = b"multipart/form-data; boundary=x"
    pieces: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"--x\r\nContent-Disp", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[dict] = []

    async def receive() -> dict[str, Any]:
        return next(pieces)

    async def send(message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/intake/tambah",
        "raw_path": b"/intake/tambah", "query_string": b"", "root_path": "", "headers": [(b"content-type", kind), (b"host", b"test")],
        "client": ("127.0.0.1", 1), "server": ("test", 80),
    }  # fmt: skip
    asyncio.run(intake(scope, receive, send))
    assert sent[0]["status"] == 400
    assert "unexpected" not in capsys.readouterr().out
