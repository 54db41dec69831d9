"""What a district with real people never does, and which stops its start there (people.md, Signing in)."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from district.sample.faces import sample_schools
from shared.errors import StartRefused
from shared.settings import PRODUCTION, Settings

_SCHOOLS = "SELECT count(*) FROM intake.school_v1 WHERE school = ANY (%s)"


def refuse_play(environment: Mapping[str, str], what: str) -> None:
    """what: the verb that is for play alone. Raises: StartRefused: the environment says that real people are recorded here."""
    if environment.get("TANGGAP_ENVIRONMENT") == PRODUCTION:
        raise StartRefused(
            f"TANGGAP_ENVIRONMENT says {PRODUCTION}, and {what} is for a demonstration alone; without real people, take that setting away"
        )


def refuse_sample(settings: Settings) -> None:
    """settings: of intake, whose database was prepared. Raises: StartRefused: schools of the sample stand in a district with real people."""
    if settings.environment != PRODUCTION:
        return
    try:
        with psycopg.connect(settings.database_url, connect_timeout=5) as connection:
            row = connection.execute(_SCHOOLS, (list(sample_schools()),)).fetchone()
    except psycopg.Error:
        return  # the service says itself what is wrong with its database
    if row and row[0]:
        raise StartRefused(
            f"TANGGAP_ENVIRONMENT says {PRODUCTION}, and this district holds the demonstration's sample: begin with an empty database (TANGGAP_HOME)"
        )
