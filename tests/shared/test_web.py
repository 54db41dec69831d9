"""HTTP: every error of the tree as a problem, no input that ends in a 500, and nothing of what was sent said again."""

import asyncio
import inspect
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Form, HTTPException, Request
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from services.intake.app import create_app
from shared import errors
from shared.access import ANONYMOUS, Principal, issue_token
from shared.errors import (
    Fault,
    HistoryBroken,
    IdempotencyKeyMissing,
    IdempotencyMismatch,
    Invalid,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PreconditionFailed,
    Refused,
    StartRefused,
    TanggapError,
    TooLarge,
    Unavailable,
    VersionConflict,
)
from shared.settings import read_settings
from shared.web import BODY_LIMIT, Guard, asked, cursor, install, read_cursor, require_version

CANARY = "kanarikuning"
JSON = {"content-type": "application/json"}


class CaseAlreadyClosed(Refused):
    """A refusal of some domain."""

    indonesian = "Kasus sudah ditutup."
    english = "The case is closed already."


RAISED: dict[str, tuple[TanggapError, int]] = {
    "tanggap-error": (TanggapError("it broke"), 500),
    "case-already-closed": (CaseAlreadyClosed(), 409),
    "refused": (Refused(), 409),
    "not-allowed": (NotAllowed(), 403),
    "invalid": (Invalid(Fault("/students/0/role", "missing"), Fault("", "odd")), 422),
    "malformed": (Malformed(Fault("", "json-invalid")), 400),
    "not-found": (NotFound("no such case"), 404),
    "not-signed-in": (NotSignedIn("send a token"), 401),
    "version-conflict": (VersionConflict("case-1", 1, 2), 409),
    "precondition-failed": (PreconditionFailed("case-1", 1, 2), 412),
    "idempotency-mismatch": (IdempotencyMismatch("another body"), 422),
    "idempotency-key-missing": (IdempotencyKeyMissing("send one"), 400),
    "too-large": (TooLarge("too much"), 413),
    "unavailable": (Unavailable("try again"), 503),
    "start-refused": (StartRefused("PORT"), 500),
    "history-broken": (HistoryBroken("event 7"), 500),
}


class Strand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: str


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")

    narrative: Annotated[str, Field(min_length=1, max_length=20_000)]
    students: list[Strand] = []
    weapon: bool | None = None


def application() -> FastAPI:
    app = FastAPI()
    install(app)
    kept: list[str] = []
    app.state.kept = kept

    @app.post("/tell")
    async def tell(body: Told) -> int:
        kept.append(body.narrative)
        return len(body.narrative)

    @app.post("/form")
    async def form(narrative: Annotated[str, Form()]) -> int:
        kept.append(narrative)
        return len(narrative)

    @app.post("/api/roster")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @app.post("/asked")
    async def identity(request: Request, required: bool = False) -> dict[str, str | None]:
        told = await asked(request, ANONYMOUS, required=required)
        return {"key": told.key, "fingerprint": told.fingerprint, "cause": str(told.cause), "scope": told.scope}

    @app.get("/versions")
    async def versions(request: Request) -> str:
        require_version(request, 3, "case-1")
        return "fits"

    @app.get("/cursors")
    async def cursors(cursor: str | None = None, limit: int = 10) -> list:
        return read_cursor(cursor) or []

    @app.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise RAISED[name][0]

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError(CANARY)

    @app.get("/http")
    async def http() -> None:
        raise HTTPException(418, "Teapot", {"x-pot": "tea"})

    return app


def ask(path: str, *, method: str = "POST", app: FastAPI | None = None, **more) -> httpx.Response:
    async def sent() -> httpx.Response:
        transport = httpx.ASGITransport(app=app or application(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **more)

    return asyncio.run(sent())


def get(path: str, **more) -> httpx.Response:
    return ask(path, method="GET", **more)


def is_problem(answer: httpx.Response, status: int, code: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == (f"/problems/{code}" if code else "about:blank")
    UUID(told["instance"].removeprefix("urn:uuid:"))
    assert CANARY not in answer.text
    return told


# the tree ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(RAISED))
def test_every_error_has_its_status_and_a_stable_type(name):
    error, status = RAISED[name]
    told = is_problem(get(f"/raise/{name}"), status, name)
    assert told["title"] == error.title
    assert told["detail"] == str(error)
    assert ("errors" in told) == isinstance(error, Invalid)
    assert ("sentence" in told) == isinstance(error, Refused)


def test_no_error_of_the_tree_is_missing_here():
    tree = {each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, TanggapError)}
    assert tree <= {type(error) for error, _ in RAISED.values()}
    assert [error.code for error, _ in RAISED.values()] == list(RAISED)


def test_faults_are_told_by_pointer_and_code_and_a_refusal_in_both_languages():
    assert get("/raise/invalid").json()["errors"] == [{"pointer": "/students/0/role", "code": "missing"}, {"pointer": "", "code": "odd"}]
    told = get("/raise/case-already-closed").json()
    assert told["sentence"] == {"id": "Kasus sudah ditutup.", "en": "The case is closed already."}
    assert told["detail"] == "The case is closed already."


def test_only_what_is_unavailable_asks_to_come_again():
    later = {name for name in RAISED if "retry-after" in get(f"/raise/{name}").headers}
    assert later == {"unavailable"}


def test_every_problem_is_an_instance_of_its_own():
    assert len({get("/raise/not-found").json()["instance"] for _ in range(3)}) == 3


def test_what_nobody_expected_is_a_500_that_says_nothing():
    assert is_problem(get("/crash"), 500, "tanggap-error")["detail"] == "the request could not be worked on; nothing was acknowledged"


def test_what_the_framework_refuses_is_a_problem_too():
    answer = get("/http")
    assert is_problem(answer, 418)["title"] == "Teapot"
    assert answer.headers["x-pot"] == "tea"
    is_problem(get(f"/nowhere/{CANARY}"), 404)
    is_problem(get("/tell"), 405)


@pytest.mark.parametrize("path", ["/versions", "/raise/invalid", "/nowhere"])
def test_every_answer_carries_the_headers_that_keep_browsers_careful(path):
    headers = get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"], headers["x-content-type-options"]) == ("no-store", "no-referrer", "nosniff")


def test_a_500_carries_them_too():
    assert get("/crash").headers["cache-control"] == "no-store"


# bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"students": []}, "/narrative", "missing"),
        ({"narrative": ""}, "/narrative", "string_too_short"),
        ({"narrative": CANARY * 2000}, "/narrative", "string_too_long"),
        ({"narrative": {"text": CANARY}}, "/narrative", "string_type"),
        ({"narrative": "x", "colour": CANARY}, "/colour", "extra_forbidden"),
        ({"narrative": "x", "a/b~c": CANARY}, "/a~1b~0c", "extra_forbidden"),
        ({"narrative": "x", "students": [{"role": "a"}, {"role": "b", "name": CANARY}]}, "/students/1/name", "extra_forbidden"),
        ({"narrative": "x", "students": CANARY}, "/students", "list_type"),
        ({"narrative": "x", "weapon": CANARY}, "/weapon", "bool_parsing"),
        ([CANARY], "", "model_attributes_type"),
        (CANARY, "", "model_attributes_type"),
        (None, "", "missing"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_never_repeated(body, pointer, code):
    app = application()
    told = is_problem(ask("/tell", app=app, json=body), 422, "invalid")
    assert told["errors"] == [{"pointer": pointer, "code": code}]
    assert app.state.kept == []


@pytest.mark.parametrize("content", [f'{{"narrative": "{CANARY}', CANARY, "{'a': 1}", '{"narrative": "x",}', "{}{}", '{"narrative": "\\x"}'])
def test_what_is_not_json_is_malformed(content):
    told = is_problem(ask("/tell", content=content, headers=JSON), 400, "malformed")
    assert told["errors"] == [{"pointer": "", "code": "json-invalid"}]


@pytest.mark.parametrize("content", [b'{"narrative": "\xff\xfe"}', b"\xc3", b'{"narrative": "\xe9"}', b"[" * 100_000, b"1" * 5000, b'{"a":' * 50_000])
def test_what_cannot_be_decoded_is_refused_and_no_500(content):
    is_problem(ask("/tell", content=content, headers=JSON), 400)


@pytest.mark.parametrize(
    "content", ["NaN", '{"narrative": NaN}', '{"narrative": -Infinity}', '{"narrative": 1e999}', '{"narrative": "x", "narrative": 1}']
)
def test_numbers_that_are_none_and_names_that_come_twice_are_refused(content):
    is_problem(ask("/tell", content=content, headers=JSON), 422, "invalid")


@pytest.mark.parametrize(
    "content",
    [
        f'{{"narrative": "{CANARY}\x00"}}'.encode(), f'{{"narrative": "{CANARY}\\u0000"}}'.encode(), f'{{"{CANARY}\\u0000": 1}}'.encode(),
        f'{{"narrative": "{CANARY}\\ud800"}}'.encode(), f'{{"narrative": "\\uDFFF{CANARY}"}}'.encode(), f'{{"\\udc00{CANARY}": 1}}'.encode(),
        f'{{"narrative": "\\uD83D {CANARY}"}}'.encode(), f'{{"narrative": "{CANARY}"}}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_nul_and_a_lone_surrogate_are_refused_before_anybody_reads_them(content):
    app = application()
    told = is_problem(ask("/tell", app=app, content=content, headers=JSON), 422, "invalid")
    assert told["errors"] == [{"pointer": "", "code": "unstorable-character"}]
    assert app.state.kept == []


def test_a_surrogate_in_raw_octets_is_refused_too():
    is_problem(ask("/tell", content=b'{"narrative": "' + CANARY.encode() + b'\xed\xa0\x80"}', headers=JSON), 422, "invalid")


@pytest.mark.parametrize("narrative", ["\\ud83e\\udd8b", "\\uD83E\\uDD8B", "\\\\u00zz \\\\ud800", "🦋 é \\n"])
def test_a_whole_pair_and_what_only_looks_like_a_surrogate_are_fine(narrative):
    assert ask("/tell", content=f'{{"narrative": "{narrative}"}}'.encode(), headers=JSON).status_code == 200


def test_a_deep_body_with_a_surrogate_in_it_is_refused():
    assert ask("/tell", content=b'["\\ud83e\\udd8b",' + b"[" * 100_000, headers=JSON).status_code == 400


@pytest.mark.parametrize(
    ("size", "status"),
    [(20_000, 200), (BODY_LIMIT - 20, 422), (BODY_LIMIT - 16, 422), (BODY_LIMIT - 15, 413), (1024 * 1024, 413), (3 * 1024 * 1024, 413)],
)
def test_a_body_over_the_limit_is_refused_unread(size, status):
    answer = ask("/tell", content='{"narrative":"' + "x" * size + '"}', headers=JSON)
    assert answer.status_code == status
    assert len(answer.content) < 1000


def test_a_megabyte_in_pieces_is_refused_as_soon_as_it_is_too_much():
    taken = 0

    async def pieces():
        nonlocal taken
        for _ in range(64):
            taken += 1
            yield b"x" * 65_536

    is_problem(ask("/tell", content=pieces(), headers=JSON), 413, "too-large")
    assert taken <= BODY_LIMIT // 65_536 + 2


def test_a_roster_may_be_larger():
    assert ask("/api/roster", content=b"\x00" * (BODY_LIMIT + 1)).json() == BODY_LIMIT + 1


@settings(max_examples=100, deadline=None, database=None)
@drawn(st.binary(max_size=60) | st.text('{}[]":,\\ud8001eE+-. \x00', max_size=40).map(str.encode))
def test_no_octets_whatever_end_in_a_500(content):
    assert ask("/tell", content=content, headers=JSON).status_code in (400, 422)


def through_guard(messages: list[dict]) -> tuple[list[dict], list[bytes]]:
    """What a Guard sends, and the whole bodies that reach the application behind it, for these messages of the server."""
    sent, reached, coming = [], [], iter(messages)

    async def behind(scope, receive, send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message["more_body"]:
                break
        reached.append(body)

    async def receive() -> dict:
        return next(coming)

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Guard(behind)({"type": "http", "method": "POST", "path": "/form", "headers": []}, receive, send))
    return sent, reached


def piece(body: bytes, *, more: bool) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


def test_the_pieces_of_a_body_are_put_together():
    assert through_guard([piece(b"a", more=True), piece(b"", more=True), piece(b"b", more=False)]) == ([], [b"ab"])


def test_a_body_that_was_cut_off_reaches_nobody_as_a_whole_one():
    _, reached = through_guard([piece(b"narrative=It+is+not+tr", more=True), {"type": "http.disconnect"}])
    assert reached == []


def test_what_is_no_http_passes_the_guard_untouched():
    seen = []

    async def behind(scope, receive, send) -> None:
        seen.append((scope, receive, send))

    asyncio.run(Guard(behind)({"type": "lifespan"}, None, None))
    assert seen == [({"type": "lifespan"}, None, None)]


# requests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "status"), [(None, 200), ("*", 200), ('"3"', 200), ("3", 200), ('W/"3"', 200), ('"2"', 412), ("x", 412), ("", 412), ("-3", 412)]
)
def test_if_match_names_the_version_or_nothing_happens(told, status):
    answer = get("/versions", headers={} if told is None else {"if-match": told})
    assert answer.status_code == status
    if status == 412:
        is_problem(answer, 412, "precondition-failed")


@pytest.mark.parametrize("told", ["²".encode("latin-1"), b"9" * 5000])
def test_if_match_that_only_looks_like_a_number_does_not_fit(told):
    assert get("/versions", headers={"if-match": told}).status_code == 412


def test_a_cursor_comes_back_as_it_was_given():
    for values in ([1, "a"], ["2026-03-02T12:00:00+00:00"], []):
        assert read_cursor(cursor(*values)) == values
    assert read_cursor(None) is None
    assert read_cursor("") is None


@pytest.mark.parametrize("told", [CANARY, "é", "====", "W10x", urlsafe_b64encode(b"\xff\xff").decode(), "A", "[]"])
def test_what_is_no_cursor_of_ours_is_refused(told):
    told = is_problem(get("/cursors", params={"cursor": told}), 422, "invalid")
    assert told["errors"] == [{"pointer": "/cursor", "code": "not-a-cursor"}]


@pytest.mark.parametrize("told", ["5", "{}", '"x"', "true"])
def test_a_cursor_that_is_no_list_is_refused(told):
    with pytest.raises(Invalid):
        read_cursor(urlsafe_b64encode(told.encode()).decode())


def test_a_wrong_parameter_is_pointed_at_and_not_repeated():
    told = is_problem(get("/cursors", params={"limit": CANARY}), 422, "invalid")
    assert told["errors"] == [{"pointer": "/limit", "code": "int_parsing"}]


def identity(key: str | bytes | None = None, body: bytes = b"{}", query: str = "") -> httpx.Response:
    return ask(f"/asked{query}", content=body, headers=JSON | ({} if key is None else {"idempotency-key": key}))


def test_the_same_key_gives_the_same_cause_with_or_without_quotes_and_no_key_a_new_one():
    one, quoted, other = (identity(key).json() for key in ("k1", '"k1"', "k2"))
    assert (one["key"], one["cause"]) == (quoted["key"], quoted["cause"]) == ("k1", one["cause"])
    assert other["cause"] != one["cause"]
    assert identity().json()["key"] is None
    assert identity().json()["cause"] != identity().json()["cause"]


def test_the_fingerprint_tells_another_body_apart_and_not_another_spelling():
    one, spelled, other = (identity("k", body).json()["fingerprint"] for body in (b'{"a":1,"b":2}', b'{ "b": 2, "a": 1 }', b'{"a":1,"b":3}'))
    assert one == spelled != other


def test_a_key_is_scoped_to_the_principal():
    def cause(principal: Principal) -> UUID:
        async def read() -> UUID:
            async def body() -> bytes:
                return b"{}"

            request = SimpleNamespace(headers={"idempotency-key": "k"}, method="POST", url=SimpleNamespace(path="/asked"), body=body)
            return (await asked(request, principal)).cause  # type: ignore[arg-type]

        return asyncio.run(read())

    ani, budi = (Principal(name, "person", frozenset()) for name in ("ani", "budi"))
    assert cause(ani) == cause(ani) != cause(budi)


@pytest.mark.parametrize("key", [None, "", '""', "  "])
def test_a_machine_without_a_key_is_told_to_send_one(key):
    is_problem(identity(key, query="?required=true"), 400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["k" * 201, b"k\xe9", b"k\x7f"])
def test_a_key_that_is_none_is_refused(key):
    assert is_problem(identity(key), 422, "invalid")["errors"] == [{"pointer": "", "code": "idempotency-key"}]


# a whole service over PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture
def intake(database) -> Iterator[FastAPI]:
    """Intake over a fresh database, with one school and none of its parts running."""
    key = urlsafe_b64encode(b"k" * 32).decode()
    given = {"DATABASE_URL": database, "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key}
    return create_app(read_settings(given))


FORM = {"school": "s1", "description": "somebody", "narrative": "words"}


def at_intake(app: FastAPI, *requests: tuple[str, str, dict]) -> list[httpx.Response]:
    """Sends these in order."""

    async def sent() -> list[httpx.Response]:
        kernel = app.state.kernel
        await kernel.database.open()
        try:
            async with kernel.database.connection() as connection:
                await connection.execute("INSERT INTO school_v1 VALUES ('s1', '20100002', 'SMP', 'smp', NULL)")
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
        ("POST", "/intake/lapor", {"data": FORM | {"nonce": "a\x00b"}}),
        ("POST", "/intake/lapor", {"data": FORM | {"school": "\x00"}}),
        ("POST", "/intake/lapor", {"data": FORM | {"narrative": CANARY * 2000}}),
        ("POST", "/intake/lapor", {"data": FORM | {"categories": CANARY, "facts": CANARY}}),
        ("POST", "/intake/status", {"content": b"receipt=%00%ED%A0%80", "headers": kind}),
        ("POST", "/intake/api/status", {"json": {"receipt": "İ" * 18}}),
    )
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 404, 404]


def test_a_form_sent_twice_gives_the_same_receipt(intake):
    one, again, other = at_intake(intake, *(("POST", "/intake/lapor", {"data": FORM | {"nonce": nonce}}) for nonce in ("n1", "n1", "n2")))
    assert one.status_code == again.status_code == other.status_code == 201
    assert one.text == again.text != other.text


def test_other_words_under_the_same_nonce_are_never_answered_with_the_first_receipt(intake):
    one, other = at_intake(
        intake, *(("POST", "/intake/lapor", {"data": FORM | {"nonce": "n1", "narrative": words}}) for words in ("first", "second"))
    )
    assert one.text != other.text


@pytest.mark.parametrize("path", ["/intake/api/concerns/%00", "/intake/api/concerns/a%00b/additions"])
def test_a_nul_in_an_address_is_no_500(intake, path):
    method = "POST" if path.endswith("additions") else "GET"
    (answer,) = at_intake(intake, (method, path, {"headers": {"receipt": "x"}} | ({"json": {"text": "x"}} if method == "POST" else {})))
    assert answer.status_code in (400, 404, 422)


def test_what_a_reporter_wrote_is_in_no_answer_to_a_wrong_concern(intake):
    service = Principal("service:test", "service", frozenset({"service"}))
    token = issue_token(intake.state.kernel.settings.key("token_key"), service, datetime.now(UTC) + timedelta(hours=1))
    headers = JSON | {"authorization": f"Bearer {token}", "idempotency-key": "k1"}
    right = {
        "school": "s1", "students": [{"description": "somebody", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": CANARY,
        "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    wrong = [
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
    service = Principal("service:test", "service", frozenset({"service"}))
    token = issue_token(intake.state.kernel.settings.key("token_key"), service, datetime.now(UTC) + timedelta(hours=1))
    body = {
        "school": "s1", "students": [{"description": "somebody", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": "words",
        "channel": "api", "reporter": {"kind": "staff", "id": CANARY},
    }  # fmt: skip
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "k1"}
    (answer,) = at_intake(intake, ("POST", "/intake/api/concerns", {"json": body, "headers": headers}))
    assert answer.status_code == 422
