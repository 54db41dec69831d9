"""No request body ends in a 500, and no answer repeats what was sent."""

import asyncio

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from shared.web import BODY_LIMIT, Guard
from tests.shared.asking import CANARY, JSON, application, ask, is_problem


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
def test_what_cannot_be_decoded_is_malformed_and_no_500(content):
    told = is_problem(ask("/tell", content=content, headers=JSON), 400, "malformed")
    assert told["errors"] == [{"pointer": "", "code": "json-invalid"}]


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


@settings(max_examples=100, database=None)
@drawn(st.binary(max_size=60) | st.text('{}[]":,\\ud8001eE+-. \x00', max_size=40).map(str.encode))
def test_no_octets_whatever_end_in_a_500(content):
    assert ask("/tell", content=content, headers=JSON).status_code in (400, 422)


def through_guard(messages: list[dict]) -> tuple[list[Message], list[bytes]]:
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

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
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

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))

    async def receive() -> Message:
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    asyncio.run(Guard(behind)({"type": "lifespan"}, receive, send))
    assert seen == [({"type": "lifespan"}, receive, send)]
