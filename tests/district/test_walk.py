"""Every page that a role can reach in a played district says what it says in one language, without ids, codes and places that nobody filled in.

people.md, The desk; first use, rows 15, 16 and 21.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import httpx
import pytest

from district.deployment import free_port
from district.home import Home
from district.sample.faces import faces
from district.sample.people import generate
from tests.district.refusing import Refusing
from tests.district.test_demo import Place, playing
from tests.district.walking import Walk, starts
from tests.reading_pages import Judging, vocabulary, words

pytestmark = [pytest.mark.servers, pytest.mark.thorough, pytest.mark.timeout(900)]

TYPED = "fiktif"
"""Stands in whatever people of the demonstration typed, and in the names of its schools and agencies."""

LINK = re.compile(r"http://[^\s\"<>]+(/notifications/n/[A-Za-z0-9_-]+)")


NAMES = frozenset(name for each in generate().people if each.kind == "student" for name in words(f"{each.given} {each.family}"))
"""Of the sample's students: one of them is also an English word (Made)."""

NUMBERED = "No."
"""Heads the column with numbers of a letter, which is in Indonesian for every reader."""


def is_data(text: str) -> bool:
    return TYPED in text.casefold() or text == NUMBERED or words(text) <= NAMES


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Home]]:
    """The demonstration after its day, on a machine whose own clock stands elsewhere."""
    home = tmp_path_factory.mktemp("walked")
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as temporary:
        place = Place(home, Path(temporary), free_port(), {"TZ": "Pacific/Auckland"})
        with playing(place) as running:
            yield running.origin, Home(home)


@pytest.fixture(scope="module")
def judging() -> Judging:
    return Judging(vocabulary(), is_data)


def walk(origin: str, judging: Judging, **headers: str) -> Walk:
    return Walk(httpx.Client(base_url=origin, trust_env=False, timeout=60, headers={"accept": "text/html", **headers}), judging)


@pytest.mark.parametrize("face", faces(), ids=lambda face: face.role)
def test_every_page_of_a_role_is_in_one_language_and_free_of_codes(played, judging, face):
    origin, home = played
    walked = walk(origin, judging, authorization=f"Bearer {home.token(face.who)}")
    with walked.client:
        walked.through([face.first, "/", *starts(face.role)])
    assert walked.wrong == []
    assert walked.seen[face.first]


def test_every_page_of_a_visitor_and_of_a_guardians_link_is_too(played, judging):
    origin, home = played
    walked = walk(origin, judging)
    links = guardian_links(home)
    with walked.client:
        walked.through(["/", *starts(""), *links])
    assert walked.wrong == []
    assert len(links) > 2


def guardian_links(home: Home) -> list[str]:
    """The paths of the links in the mails to guardians."""
    lines = (home.folder / "demo-mails.jsonl").read_text(encoding="utf-8").splitlines()
    mails = [message_from_string(json.loads(line)["text"]) for line in lines]
    parts = [part.get_payload(decode=True) for mail in mails for part in mail.walk() if part.get_content_type() == "text/plain"]
    found = [LINK.findall(part.decode()) for part in parts if isinstance(part, bytes)]
    return sorted({link for each in found for link in each})


@pytest.mark.parametrize("face", faces(), ids=lambda face: face.role)
def test_whatever_a_form_refuses_it_says_why_beside_the_field_and_in_the_summary(played, face):
    """The last of this module, because some of what is typed is taken."""
    origin, home = played
    headers = {"accept": "text/html", "authorization": f"Bearer {home.token(face.who)}", "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=origin, trust_env=False, timeout=60, headers=headers) as client:
        refusing = Refusing(client)
        for address in sorted({face.first, *starts(face.role)}):
            refusing.every_form_of(address)
    assert refusing.wrong == []
