"""An agency whose webhook can never be called is skipped with the reason; the others are registered all the same."""

import json

import httpx
import pytest

from district.agencies import AgencyRead, Skipped
from district.commands.directory import register
from shared.errors import TanggapError


def agency(key: str) -> AgencyRead:
    return AgencyRead(key, key.upper(), "", (), f"https://{key}.invalid/hook", None)


def answering(*answers: httpx.Response) -> httpx.Client:
    left = list(answers)
    return httpx.Client(transport=httpx.MockTransport(lambda _: left.pop(0)))


def test_an_agency_is_applied_unchanged_or_skipped_with_its_reason():
    wrong = httpx.Response(422, json={"detail": "/url: an endpoint begins with https://", "errors": [{"pointer": "/url", "code": "not-https"}]})
    new, known = httpx.Response(201, json={"changed": True}), httpx.Response(201, json={"changed": False})
    with answering(wrong, new, known, known, known) as client:
        results = [register(client, "http://desk", agency(key)) for key in ("a", "b", "c")]
    assert results == [Skipped("a", "/url: an endpoint begins with https://"), "applied", "unchanged"]


def test_a_district_that_does_not_answer_stops_the_import():
    with answering(httpx.Response(503, json={"title": "Not available now"})) as client, pytest.raises(TanggapError, match="503"):
        register(client, "http://desk", agency("a"))


def test_what_is_sent_is_the_agency():
    sent = []

    def kept(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(201, json={"changed": True})

    transport = httpx.MockTransport(kept)
    with httpx.Client(transport=transport) as client:
        register(client, "http://desk", agency("a"))
    assert sent == [agency("a").body(), agency("a").listing()]
