"""PostgreSQL or Redis is killed at random moments of an import: told again, intake and its neighbours have the roster of one that nobody disturbed."""

import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import httpx
import pytest

from district.sample.people import District, generate
from district.sample.roster import write_roster
from tests.faults.rig import Rig, chance, rig
from tests.faults.test_faults import RUNS, SEED

pytestmark = pytest.mark.faults

KILLS = max(1, RUNS // 3)
"""Of each server."""

_ROSTER = "SELECT person, kind, school, digest, homeroom, guardians FROM intake.person_v1 WHERE school IS NOT NULL ORDER BY person"
_HERE = "SELECT person, kind, school, guardians, name FROM intake.person_v1 WHERE school IS NOT NULL ORDER BY person"
_CASES = "SELECT person, kind, school, guardians, name FROM cases.person_v1 WHERE school IS NOT NULL ORDER BY person"
_NOTIFICATIONS = "SELECT person, kind, school, guardians FROM notifications.person_v1 WHERE school IS NOT NULL ORDER BY person"
_POSTS = "SELECT person, role, school, kind, appointed FROM {}.post_v1 ORDER BY 1, 2, 3, 4, 5"
_WHEREABOUTS = "SELECT student, school, homeroom FROM cases.whereabouts_v1 ORDER BY student"
_STUDENTS = "SELECT person, school, homeroom FROM intake.person_v1 WHERE kind = 'student' ORDER BY person"
_REGISTERED = "SELECT count(*) FROM intake.event WHERE type = 'person-registered'"


def bundles(folder: Path) -> tuple[Path, Path]:
    """The district, and the same with a third of its people changed."""
    whole = generate()
    changed = [replace(each, family="Menikah") if place % 3 == 0 else each for place, each in enumerate(whole.people)]
    return write_roster(whole, folder / "a.zip"), write_roster(District(whole.schools, changed), folder / "b.zip")


def bring(district: Rig, bundle: Path) -> dict[str, int]:
    """Raises: httpx.HTTPError: it was cut off, and says so."""
    with httpx.Client(timeout=120, trust_env=False, headers=district.service()) as client:
        answer = client.post(f"{district.deployment.origin('intake')}/intake/api/roster", content=bundle.read_bytes())
    answer.raise_for_status()
    return {name: answer.json()[name] for name in ("applied", "unchanged")}


def brought(district: Rig, bundle: Path) -> dict[str, int]:
    """Told again until it is answered."""

    def told() -> dict[str, int] | None:
        with suppress(httpx.HTTPError):
            return bring(district, bundle)
        return None

    return district.wait_for(told, "an import that is answered")


def undisturbed(district: Rig, bundle: Path) -> tuple[list[tuple], int, float]:
    """The roster that it ends in, how many were registered, and how long it takes."""
    began = time.monotonic()
    applied = bring(district, bundle)["applied"]
    return district.sql(_ROSTER), applied, time.monotonic() - began


def strike(district: Rig, server: str, importing: Future[dict[str, int]], luck: Random, course: float) -> bool:
    """Kills the server at a moment of the import. Whether the import was cut off."""
    with suppress(TimeoutError):
        importing.exception(timeout=luck.uniform(0, course))
    killed = district.postgres if server == "PostgreSQL" else district.redis
    killed.kill()
    killed.restart()
    return isinstance(importing.exception(), httpx.HTTPError)


def require_neighbours_know(district: Rig) -> None:
    """Each has of everybody what was registered last, down to the sealed name; nobody else, and nobody's posts."""
    for theirs, ours in (
        (_CASES, _HERE),
        (_NOTIFICATIONS, "SELECT person, kind, school, guardians FROM intake.person_v1 WHERE school IS NOT NULL ORDER BY person"),
        (_POSTS.format("cases"), _POSTS.format("intake")),
        (_POSTS.format("notifications"), _POSTS.format("intake")),
        (_WHEREABOUTS, _STUDENTS),
    ):
        district.wait_for(lambda theirs=theirs, ours=ours: (here := district.sql(ours)) and district.sql(theirs) == here, theirs)


def test_an_import_under_which_a_server_is_killed_ends_told_again_as_one_that_nobody_disturbed(tmp_path_factory):
    folder, luck = tmp_path_factory.mktemp("servers"), chance(SEED)
    with rig(folder / "district") as district:
        pair = bundles(folder)
        course = [undisturbed(district, pair[number % 2]) for number in (1, 0)]
        wanted, changed, took = course[::-1], course[0][1], max(each[2] for each in course)
        assert changed == course[1][1] > 100
        cut: Counter[str] = Counter()
        for kill in range(2 * KILLS):
            server, number = ("PostgreSQL", "Redis")[kill % 2], (kill + 1) % 2
            before = district.sql(_REGISTERED)[0][0]
            with ThreadPoolExecutor() as pool:
                importing = pool.submit(bring, district, pair[number])
                cut[server] += strike(district, server, importing, luck, took)
            brought(district, pair[number])
            assert brought(district, pair[number])["applied"] == 0, (server, kill)
            assert district.sql(_ROSTER) == wanted[number][0], (server, kill)
            assert district.sql(_REGISTERED)[0][0] - before == changed, "nobody is registered twice because of a kill"
            require_neighbours_know(district)
        assert cut["PostgreSQL"], "no kill fell into the middle of an import: nothing is proved"
        assert not cut["Redis"], "an import needs no Redis"
        print(f"{KILLS} kills of each, {cut['PostgreSQL']} of PostgreSQL cut an import of {took:.1f} s off; the rosters are the same everywhere")
