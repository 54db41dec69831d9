"""Moments of a store that a test can bring back by themselves, as an operator's own tools would: without a word to anybody."""

from dataclasses import dataclass, field

import psycopg
from psycopg import Connection, sql

from district.backups.snapshot import tables


@dataclass
class Moments:
    """Of the stores of one database, each under a number."""

    url: str
    taken: dict[str, int] = field(default_factory=dict)

    def take(self, service: str) -> int:
        """Keeps a store as it is now."""
        number = self.taken[service] = self.taken.get(service, -1) + 1
        with psycopg.connect(self.url) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(_kept(service, number)))
            for table in tables(connection, (service,)):
                columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
                query = sql.SQL("CREATE TABLE {}.{} AS SELECT {} FROM {}.{}")
                connection.execute(
                    query.format(_kept(service, number), sql.Identifier(table.name), columns, sql.Identifier(service), sql.Identifier(table.name))
                )
        return number

    def bring_back(self, service: str, number: int) -> None:
        """The store is as it was then, and does not know that it was ever newer."""
        with psycopg.connect(self.url) as connection:
            connection.execute(sql.SQL("ALTER TABLE {}.event DISABLE TRIGGER USER").format(sql.Identifier(service)))
            for table in tables(connection, (service,)):
                _bring_back(connection, service, table.name, table.columns, number)
            connection.execute(sql.SQL("ALTER TABLE {}.event ENABLE TRIGGER USER").format(sql.Identifier(service)))


def _bring_back(connection: Connection, service: str, table: str, columns: tuple[str, ...], number: int) -> None:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    there = sql.Identifier(service), sql.Identifier(table)
    connection.execute(sql.SQL("TRUNCATE {}.{} CASCADE").format(*there))
    query = sql.SQL("INSERT INTO {}.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}.{}")
    connection.execute(query.format(*there, named, named, _kept(service, number), sql.Identifier(table)))


def _kept(service: str, number: int) -> sql.Identifier:
    return sql.Identifier(f"kept_{service}_{number}")
