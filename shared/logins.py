"""How a service signs in to PostgreSQL, and who owns what it uses (ADR 12).

A service signs in as `tanggap_<service>`: a login that owns nothing and is a member of nothing, so it can become nobody else. What it uses belongs to
`tanggap_<service>_owner`, a role that nobody can sign in as.
"""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shared.errors import StartRefused

SERVICES = ("intake", "cases", "notifications")

ERASURE = "erasure"
"""Its login alone may destroy keys of persons, and may nothing else (ADR 50). Intake holds its address, beside its own."""

KEYRING = "keyring"
"""The schema of the keys, with an owner of its own."""


def login_of(service: str) -> str:
    """The role that a service signs in as."""
    return f"tanggap_{service}"


def example_of(service: str) -> str:
    """How a service's own address looks."""
    return f"postgresql://{login_of(service)}:secret@host:5432/tanggap"


def owner_of(schema: str) -> str:
    """The role that owns a schema and everything in it."""
    return f"tanggap_{schema}_owner"


def address_of(service: str, url: str, password: str) -> str:
    """The service's own address on the server and database that `url` names, whoever signs in there by `url`.

    Raises: StartRefused: `url` is no address of PostgreSQL.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise StartRefused(f"DATABASE_URL: this is no address of PostgreSQL; it should be like {example_of(service)}") from None
    return make_conninfo("", **given | {"user": login_of(service), "password": password})
