"""Keys for tests: what the operator's tools derive from a service's settings, or from secrets that a test chooses."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from shared.access import Identity, Principal, issue_token
from shared.clock import Clock, SystemClock
from shared.events import Post, Role
from shared.keys import Holder, Keys
from shared.posts import NOBODY, Standing
from shared.secretfile import GivenSecrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet
from shared.settings import Settings


def secrets(letter: bytes = b"k", secret_id: str = "1") -> SecretSet:
    """One secret of each name, all made of one letter."""
    return SecretSet(tuple(Secret(name, secret_id, letter * 32) for name in SECRET_NAMES))


def keys(holder: Holder = "district", known: SecretSet | None = None, clock: Clock | None = None) -> Keys:
    return Keys(holder, GivenSecrets(known or secrets()), clock or SystemClock())


def somebody(person: str, roles: Iterable[str], schools: Iterable[str] = ()) -> Principal:
    """Somebody who holds each role at each of the schools; in the whole district where none is named."""
    places = tuple(schools) or (None,)
    return Principal(person, "person", frozenset(Post(cast("Role", role), school) for role in roles for school in places))


class Known:
    """A look-up for tests without a database: what these principals hold, and nothing for anybody else."""

    def __init__(self, *people: Principal) -> None:
        self.people = {each.id: Standing("staff", each.posts) for each in people}

    async def of(self, person: str) -> Standing:
        return self.people.get(person, NOBODY)


def bearer(settings: Settings, who: Identity) -> dict[str, str]:
    """Headers that sign somebody in for an hour. The service with these settings is made to know of the posts that a principal holds."""
    if isinstance(who, Principal) and who.kind == "person":
        make_known(settings.database_url, who)
    token = issue_token(Keys("district", settings.secret_source(), SystemClock()), who, datetime.now(UTC) + timedelta(hours=1))
    return {"authorization": f"Bearer {token}"}


_KNOWN: dict[tuple[str, str], Principal] = {}


def make_known(database_url: str, who: Principal) -> None:
    """Writes into a service's tables what intake would have told it: exactly these posts, until something else is said of this person.

    Whoever was made known once is not made known again, so that somebody who left since stays out.
    """
    if _KNOWN.get((database_url, who.id)) == who:
        return
    login = str(conninfo_to_dict(database_url)["user"])
    options = f"-c search_path={login.removeprefix('tanggap_')} -c tanggap.acting_as=directory"
    with psycopg.connect(database_url, options=options, autocommit=True) as connection:
        for (generation,) in connection.execute(_GENERATIONS if login.endswith("intake") else "SELECT 1").fetchall():
            _keep(connection, generation, who)
    _KNOWN[database_url, who.id] = who


_GENERATIONS = "SELECT generation FROM view_checkpoint WHERE view = 'intake_directory_v2' AND state <> 'leaving'"


def _keep(connection: psycopg.Connection[Any], generation: int, who: Principal) -> None:
    connection.execute("DELETE FROM post_v1 WHERE generation = %s AND person = %s AND NOT appointed", (generation, who.id))
    for post in who.posts:
        connection.execute(
            "INSERT INTO post_v1 (generation, person, role, school, kind, appointed) VALUES (%s, %s, %s, %s, %s, false)",
            (generation, who.id, post.role, post.school, post.kind),
        )
