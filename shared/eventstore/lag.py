"""How far each generation of each read model is behind the store: for readiness and metrics (decision 18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.database import Database
from shared.eventstore.generations import State

MOST = 20_000
"""Positions that a view may be behind before its service is not ready: about as many as are applied while a reader waits."""


class Lag(NamedTuple):
    """One generation. position: of the last event in it. lag: positions that the store is ahead."""

    view: str
    generation: int
    state: State
    position: int
    lag: int


async def lags(database: Database) -> list[Lag]:
    """Of every generation of the service's views. Raises: Unavailable."""
    query = (
        "SELECT v.view, v.generation, v.state, v.position, greatest(0, (SELECT coalesce(max(position), 0) FROM event) - v.position)"
        " FROM view_checkpoint v ORDER BY v.view, v.generation"
    )
    async with database.statement() as connection:
        return [Lag(*row) for row in await (await connection.execute(query)).fetchall()]


def judged(view: str, part: dict[str, object], known: Sequence[Lag]) -> dict[str, object]:
    """What readiness says of a view. part: what its heartbeat says."""
    mine = {each.state: each for each in known if each.view == view}
    answers, built = mine.get("answering"), mine.get("building")
    beside = {} if built is None else {"building": {"generation": built.generation, "position": built.position, "lag": built.lag}}
    if answers is None:
        return part | {"ok": False, "lag": None, "why": "is being built: its lists answer 503 until then"} | beside
    if answers.lag > MOST:
        return part | {"ok": False, "lag": answers.lag, "why": "is behind: its lists answer 503"} | beside
    return part | {"lag": answers.lag} | beside
