"""Whoever asks in a browser is told in their language what, why and what to do; machines get a problem document (first use, rows 13 and 14)."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.intake.form.lining_up import Crowded
from shared.errors import Fault, Invalid, Malformed, NotAllowed, NotFound, NotSignedIn, Sentences, StillBuilding, TanggapError, TooLarge, Unavailable
from shared.pages import Frame
from shared.pages.refusals import EXPLAINED
from shared.web import BODY_LIMIT, install

PAGE = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
REFUSALS = {
    "/unknown": NotFound("no such case"), "/forbidden": NotAllowed(), "/signed-out": NotSignedIn("send a bearer token"), "/gone": Unavailable("down"),
    "/building": StillBuilding("0 of 7"), "/wrong": Invalid(Fault("/school", "unknown-school", Sentences("Pilih sekolah.", "Choose a school."))),
    "/unreadable": Malformed(Fault("", "json-invalid")),
}  # fmt: skip


async def fails(request: Request) -> Response:
    await request.body()
    raise REFUSALS.get(request.url.path, ZeroDivisionError())


def asked(path: str, method: str = "GET", language: str = "id", headers: dict[str, str] | None = None, content: bytes = b"") -> httpx.Response:
    app = Starlette(routes=[Route(each, fails, methods=["GET", "POST"]) for each in (*REFUSALS, "/broken")])
    install(app, Frame("intake", Path("nowhere"), "Asia/Jakarta"))

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies={"tanggap_language": language}) as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(answered())


def said(answer: httpx.Response) -> tuple[int, str]:
    """Status and heading of a page; what a page must never show fails here."""
    assert answer.headers["content-type"].startswith("text/html")
    assert "{" not in re.sub(r"<[^>]+>", "", answer.text)
    heading = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert heading is not None
    return answer.status_code, heading[1]


@pytest.mark.parametrize(
    ("path", "status", "indonesian", "english"),
    [
        ("/unknown", 404, "Halaman ini tidak ada", "There is no such page"),
        ("/no/such/route", 404, "Halaman ini tidak ada", "There is no such page"),
        ("/forbidden", 403, "Ini tidak dapat dilakukan", "This cannot be done"),
        ("/gone", 503, "Sedang tidak dapat dibuka", "Not available at the moment"),
        ("/building", 503, "Daftar ini sedang disusun", "This list is being put together"),
        ("/wrong", 422, "Ada isian yang tidak dapat diterima", "Something you filled in cannot be accepted"),
        ("/unreadable", 400, "Ada isian yang tidak dapat diterima", "Something you filled in cannot be accepted"),
        ("/broken", 500, "Terjadi gangguan", "Something went wrong"),
    ],
)
def test_row_14_a_person_in_a_browser_is_told_in_their_language(path, status, indonesian, english):
    assert [said(asked(path, headers=PAGE)), said(asked(path, language="en", headers=PAGE))] == [(status, indonesian), (status, english)]


def test_row_14_so_they_are_of_a_body_that_is_too_large():
    answer = asked("/unknown", "POST", headers=PAGE, content=b"x" * (BODY_LIMIT + 1))
    assert (said(answer), TooLarge.status) == ((413, "Kiriman ini terlalu besar"), 413)


@pytest.mark.parametrize("path", [*REFUSALS, "/no/such/route", "/broken"])
def test_row_14_a_machine_gets_a_problem_document(path):
    answer = asked(path, headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text)["status"] == answer.status_code


def test_what_is_wrong_stands_on_the_page_in_the_readers_language():
    assert ["Pilih sekolah." in asked("/wrong", headers=PAGE).text, "Choose a school." in asked("/wrong", language="en", headers=PAGE).text] == [
        True,
        True,
    ]


def test_row_13_whoever_is_not_signed_in_is_led_to_sign_in_and_from_there_back():
    answer = asked("/signed-out?filter=a%20b&x=1", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/masuk?next=%2Fsigned-out%3Ffilter%3Da%2520b%26x%3D1")


def test_a_form_sent_after_the_session_ended_is_not_called_saved():
    answer = asked("/signed-out", "POST", headers=PAGE)
    assert said(answer) == (401, "Anda perlu masuk dulu")
    assert "belum tersimpan" in answer.text


def test_a_page_that_is_not_available_says_when_to_come_back():
    assert asked("/gone", headers=PAGE).headers["retry-after"] == asked("/gone").headers["retry-after"] == "2"


def test_every_error_page_has_the_headers_of_all_answers():
    for path in ("/unknown", "/broken", "/signed-out"):
        assert asked(path, headers=PAGE).headers["cache-control"] == "no-store"


def test_only_errors_of_the_tree_are_explained():
    def codes(kind: type[TanggapError]) -> set[str]:
        return {kind.code}.union(*(codes(each) for each in kind.__subclasses__()))

    assert Crowded.code in codes(TanggapError), "intake's own is in it"
    assert EXPLAINED.keys() - codes(TanggapError) == set()
