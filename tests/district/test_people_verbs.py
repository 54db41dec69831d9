"""`appoint`, `dismiss`, `suspend`, `reinstate` and `token`: what the operator's command asks of intake."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from district.__main__ import app
from district.commands import directory, people, running
from shared.access import Identity


class Home:
    """A district's folder, as far as these verbs ask it; nobody serves from it."""

    folder = Path("/nowhere")

    def service_headers(self) -> dict[str, str]:
        return {"authorization": "Bearer service"}

    def token(self, who: Identity) -> str:
        return f"{who.kind}:{who.id}"


POSTS = [{"role": "counsellor", "school": "smp1", "kind": None, "appointed": False}]


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, Any]]:
    """Path and body of every request that reaches intake."""
    seen: list[tuple[str, Any]] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path.removeprefix("/intake/api/"), json.loads(request.content or "null")))
        if request.method == "GET":
            found = [{"person": "ani", "posts": POSTS}] if request.url.params.get("person") == "ani" else []
            return httpx.Response(200, json={"items": found, "next": None})
        return httpx.Response(200, json={"person": "p-1", "changed": True})

    real, transport = httpx.Client, httpx.MockTransport(take)
    for module in (directory, people, running):
        monkeypatch.setattr(module, "find_home", Home)
    monkeypatch.setattr(httpx, "Client", lambda **more: real(transport=transport, headers=more.get("headers")))
    monkeypatch.setenv("TANGGAP_DEMO_SIGN_IN", "true")
    return seen


def run(*words: str):
    return CliRunner().invoke(app, words)


def test_somebody_new_is_appointed_by_name_and_for_each_school_the_same_person(asked):
    done = run(
        "appoint", "Eka Contoh", "--role", "supervisor", "--school", "20100001", "--school", "20100002", "--email", "eka@contoh.invalid", "--json"
    )
    new = {"name": "Eka Contoh", "email": "eka@contoh.invalid", "role": "supervisor"}
    assert asked == [("appointments", new | {"school": "20100001"}), ("appointments", new | {"school": "20100002", "person": "p-1"})]
    assert (done.exit_code, [each["school"] for each in json.loads(done.output)]) == (0, ["20100001", "20100002"])


def test_an_officer_is_appointed_for_a_kind_and_duty_for_the_whole_district(asked):
    assert run("appoint", "p-2", "--id", "--role", "district-officer", "--kind", "kemenag").exit_code == 0
    assert run("appoint", "Dewi", "--role", "district-duty").exit_code == 0
    assert asked == [
        ("appointments", {"person": "p-2", "role": "district-officer", "kind": "kemenag"}),
        ("appointments", {"name": "Dewi", "role": "district-duty"}),
    ]


def test_schools_and_kinds_at_once_are_a_wrong_call(asked):
    assert (run("appoint", "Eka", "--role", "supervisor", "--school", "a", "--kind", "province").exit_code, asked) == (2, [])


def test_appointments_and_suspensions_end(asked):
    for words in (("dismiss", "p-1", "--role", "auditor"), ("suspend", "p-1"), ("reinstate", "p-1")):
        assert run(*words).exit_code == 0
    assert asked == [
        ("appointments/end", {"person": "p-1", "role": "auditor"}),
        ("suspensions", {"person": "p-1"}),
        ("suspensions/end", {"person": "p-1"}),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("counsellor", "--school", "smp1", "--person", "ani"), "person:ani"),
        (("agency", "--person", "rsud"), "agency:rsud"),
        (("service",), "service:operator"),
    ],
)
def test_a_token_says_who_and_is_given_to_whoever_holds_the_role_there(asked, words, told):
    done = run("token", *words)
    assert (done.exit_code, done.output.strip()) == (0, told)


@pytest.mark.parametrize("words", [("counsellor", "--school", "sma1", "--person", "ani"), ("principal", "--school", "smp1", "--person", "ani"),
                                   ("auditor", "--person", "siapa")])  # fmt: skip
def test_nobody_gets_a_token_for_a_role_that_they_do_not_hold_there(asked, words):
    done = run("token", *words)
    assert (done.exit_code, "tanggap:" in done.output) == (2, True)
    assert "appoint" in done.output
