"""What a request says about itself: keys, versions, cursors, limits."""

import asyncio
from base64 import urlsafe_b64encode
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest

from shared.access import Principal
from shared.asking import asked, cursor, read_cursor
from shared.errors import (
    Invalid,
)
from tests.shared.asking import CANARY, JSON, application, ask, get, is_problem


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
    for values, kinds in (([1, "a"], (int, str)), (["2026-03-02T12:00:00+00:00"], (str,)), ([], ())):
        assert read_cursor(cursor(*values), *kinds) == values
    assert read_cursor(None, str) is None
    assert read_cursor("", str) is None


@pytest.mark.parametrize("told", [CANARY, "é", "====", "W10x", urlsafe_b64encode(b"\xff\xff").decode(), "A", "[]"])
def test_what_is_no_cursor_of_ours_is_refused(told):
    told = is_problem(get("/cursors", params={"cursor": told}), 422, "invalid")
    assert told["errors"] == [{"pointer": "/cursor", "code": "not-a-cursor"}]


@pytest.mark.parametrize("told", ["5", "{}", '"x"', "true"])
def test_a_cursor_that_is_no_list_is_refused(told):
    with pytest.raises(Invalid):
        read_cursor(urlsafe_b64encode(told.encode()).decode(), str)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\udc00 b"])
def test_a_text_in_a_cursor_that_no_database_can_hold_is_refused(text):
    with pytest.raises(Invalid):
        read_cursor(cursor(text), str)


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

            request = SimpleNamespace(
                headers={"idempotency-key": "k"}, method="POST", url=SimpleNamespace(path="/asked"), body=body, app=application(), scope={}
            )
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
