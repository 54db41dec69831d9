"""A question is asked again when the service asks for it, a command never is."""

import httpx
import pytest

from district.patience import Patient


def asked(method: str, *answers: httpx.Response, within: float = 5) -> tuple[httpx.Response, int]:
    """What the client got, and how often it asked."""
    given = list(answers)
    transport = httpx.MockTransport(lambda _: given.pop(0))
    with httpx.Client(transport=Patient(transport, within=within)) as client:
        return client.request(method, "http://test/list"), len(answers) - len(given)


def later(seconds: str = "0") -> httpx.Response:
    return httpx.Response(503, headers={"retry-after": seconds})


def test_a_question_is_asked_again_until_the_list_is_whole():
    answer, times = asked("GET", later(), later(), httpx.Response(200))
    assert (answer.status_code, times) == (200, 3)


def test_a_command_is_given_once():
    answer, times = asked("POST", later(), httpx.Response(200))
    assert (answer.status_code, times) == (503, 1)


def test_patience_ends():
    answer, times = asked("GET", later("3600"), httpx.Response(200))
    assert (answer.status_code, times) == (503, 1)


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(503, headers={"retry-after": "soon"}), httpx.Response(404)])
def test_whoever_does_not_say_when_is_not_asked_again(answer):
    told, times = asked("GET", answer, httpx.Response(200))
    assert (told.status_code, times) == (answer.status_code, 1)
