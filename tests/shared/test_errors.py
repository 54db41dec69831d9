"""Every error of the tree becomes a problem that a person can read, and none repeats what was sent."""

import inspect

import pytest

from shared import errors
from shared.errors import (
    Invalid,
    Refused,
    TanggapError,
)
from tests.shared.asking import CANARY, RAISED, get, is_problem


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
    answers = {name: get(f"/raise/{name}").headers.get("retry-after") for name in RAISED}
    assert {name: seconds for name, seconds in answers.items() if seconds} == {
        "unavailable": "2",
        "later-release": "2",
        "still-building": "5",
        "behind-write": "1",
    }


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
    assert (headers["cache-control"], headers["referrer-policy"], headers["x-content-type-options"]) == ("no-store", "same-origin", "nosniff")


def test_a_500_carries_them_too():
    assert get("/crash").headers["cache-control"] == "no-store"
