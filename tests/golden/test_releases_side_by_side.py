"""Public events between two releases side by side: what a release does not know of one it passes over, and what the first release said is read (ADR 78)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from shared.events.catalogue import BY_TYPE
from shared.events.reading import read_public
from shared.logins import SERVICES
from tests.golden.files import Golden, golden
from tests.logins import CODE

PUBLIC = [each for each in golden() if each.type in BY_TYPE]


def read(of: str, body: dict[str, object]) -> object:
    return read_public(of, json.dumps(body))


@pytest.mark.parametrize("each", PUBLIC, ids=str)
def test_a_field_of_a_later_release_is_passed_over_in_every_version_that_was_ever_told(each: Golden) -> None:
    known = read(each.type, each.body)
    assert known is not None
    assert read(each.type, each.body | {"of_a_later_release": {"any": ["thing"]}}) == known


def test_a_type_of_a_later_release_is_skipped() -> None:
    assert read("told-by-a-later-release", {"type": "told-by-a-later-release", "version": 1}) is None


def test_every_public_type_of_the_catalogue_is_among_what_is_tried() -> None:
    assert {each.type for each in PUBLIC} == set(BY_TYPE)


_NOT_KNOWN = (
    "import json, sys, services.{}.app; from shared.eventstore.later import is_known; print([e for e in json.load(sys.stdin) if not is_known(*e)])"
)


@pytest.mark.servers
@pytest.mark.parametrize("service", SERVICES)
def test_the_program_of_a_service_knows_whatever_it_ever_stored(service: str) -> None:
    """By itself, without its neighbours' code. What it does not know it would leave to a later release, which does not come (ADR 72)."""
    stored = sorted({(each.type, each.version) for each in golden() if each.service == service})
    command = [sys.executable, "-c", _NOT_KNOWN.format(service)]
    told = subprocess.run(command, input=json.dumps(stored), text=True, capture_output=True, check=True, cwd=CODE.parent)
    assert stored
    assert told.stdout == "[]\n"
