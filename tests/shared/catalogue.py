"""What PostgreSQL's catalogue says of the tables of the services: who may touch them, and behind which wall they stand (ADR 32)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from shared.logins import SERVICES

LIST = Path(__file__).parents[1] / "pinned" / "tables.toml"
"""One line for each table. What every service has stands under `kernel`."""

_TABLES = """
SELECT n.nspname, c.relname, c.relrowsecurity AND c.relforcerowsecurity,
    (SELECT string_agg(DISTINCT p.privilege_type, ' ' ORDER BY p.privilege_type) FROM aclexplode(c.relacl) p
     JOIN pg_roles r ON r.oid = p.grantee WHERE r.rolname = 'tanggap_' || n.nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p') ORDER BY 1, 2
"""
_POLICIES = """
SELECT schemaname, tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies WHERE schemaname = ANY (%s)
"""
_AROUND = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('v', 'm', 'f')
UNION ALL SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY (%(schemas)s) AND p.prosecdef ORDER BY 1
"""
_OTHERS = """
SELECT n.nspname || '.' || c.relname || ' to ' || CASE p.grantee WHEN 0 THEN 'everybody' ELSE p.grantee::regrole::text END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) p
WHERE n.nspname = ANY (%s) AND p.grantee <> c.relowner AND p.grantee <> COALESCE(to_regrole('tanggap_' || n.nspname)::oid, 0)
"""


@dataclass(frozen=True, slots=True)
class Table:
    """grants: of its service's login. work: the parts of the service's own work that see it. readers: whether readers see rows of their schools.

    open: there is no wall.
    """

    grants: str
    work: tuple[str, ...] = ()
    readers: bool = False
    open: bool = False


def listed() -> dict[str, Table]:
    """The list, by `schema.table`."""
    told = tomllib.loads(LIST.read_text(encoding="utf-8"))
    kernel = told.pop("kernel")
    found = {}
    for schema in SERVICES:
        for name, each in {**kernel, **told[schema]}.items():
            assert bool(each.get("open")) != bool(each.get("work")), f"{schema}.{name}: say either `work`, or why the table is `open`"
            found[f"{schema}.{name}"] = Table(each["grants"], tuple(sorted(each.get("work", ()))), each.get("readers", False), "open" in each)
    return found


def there(connection: Connection[Any]) -> dict[str, Table]:
    """The tables as they are."""
    schemas = list(SERVICES)
    policies: dict[str, dict[str, tuple[Any, ...]]] = {}
    for schema, table, name, *told in connection.execute(_POLICIES, (schemas,)).fetchall():
        policies.setdefault(f"{schema}.{table}", {})[name] = tuple(told)
    rows = connection.execute(_TABLES, (schemas,)).fetchall()
    return {f"{schema}.{name}": _table(policies.pop(f"{schema}.{name}", {}), forced, grants or "") for schema, name, forced, grants in rows}


def _table(policies: dict[str, tuple[Any, ...]], forced: bool, grants: str) -> Table:
    if not policies and not forced:
        return Table(grants, open=True)
    assert forced, "row security has to be enabled and forced"
    work = policies.pop("of_work")
    assert work[:3] == ("PERMISSIVE", ["public"], "ALL")
    assert work[4] is None
    assert work[3].startswith("(( SELECT current_setting('tanggap.acting_as'::text, true) AS current_setting) = ANY (ARRAY["), work[3]
    acting = sorted(set(re.findall(r"'([a-z-]+)'::text", work[3])) - {"migration"})
    readers = policies.pop("of_school", None)
    assert not policies, f"only `of_work` and `of_school`: {list(policies)}"
    if readers:
        _check(*readers)
    return Table(grants, tuple(acting), readers is not None)


def _check(permissive: str, roles: list[str], command: str, qual: str, check: str | None) -> None:
    """A reader only reads, by nothing but the setting of schools, which is looked at once a statement."""
    assert (permissive, roles, command, check) == ("PERMISSIVE", ["public"], "SELECT", None)
    assert qual.startswith("((( SELECT current_setting('tanggap.schools'::text, true) AS current_setting) = '*'::text) OR "), qual
    assert qual.count("current_setting(") == 1 + qual.count(
        "IN ( SELECT unnest(string_to_array(current_setting('tanggap.schools'::text, true), ','::text))"
    )


def around(connection: Connection[Any]) -> list[str]:
    """Views, foreign tables, and functions with their owner's rights."""
    return [name for (name,) in connection.execute(_AROUND, {"schemas": list(SERVICES)}).fetchall()]


def granted_to_others(connection: Connection[Any]) -> list[str]:
    """Rights on a table that are neither its owner's nor its service's."""
    return [name for (name,) in connection.execute(_OTHERS, (list(SERVICES),)).fetchall()]
