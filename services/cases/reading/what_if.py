"""What-if: a draft policy over all history, without side effects, by API and for the operator's command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import APIRouter, Request

from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.whatif import HEARD, WhatIf
from services.cases.domain.streams import CASE
from services.cases.policies import parse_policy
from services.cases.reading.small_cells import compared, shown
from shared.access import SignedIn
from shared.eventstore.replaying import pages
from shared.eventstore.store import EventStore
from shared.service import Kernel

MOST = 1_000
"""Changed decisions that an answer lists one by one; the counts are over all."""


async def replay(store: EventStore, draft: Policy, progress: Callable[[int], None] = lambda _: None) -> WhatIf:
    """Runs the draft over every event of the store. progress: hears the position reached."""
    told = WhatIf(draft)
    async for page in pages(store, HEARD):
        for stream, kind, body in zip(page.streams, page.types, page.bodies, strict=True):
            if kind is not None and stream.startswith(CASE):
                told.see(stream, kind, orjson.loads(body))
        progress(page.position)
    return told


def as_json(told: WhatIf) -> dict[str, Any]:
    """The result: counts, the changed decisions, workload by school and week."""
    kinds = Counter((each.what, each.before, each.after) for each in told.changes)
    return {
        "policy": {"id": told.draft.id, "version": told.draft.version, "effective": told.draft.effective.isoformat()},
        "decisions": told.decisions,
        "changed": len(told.changes),
        "kinds": [{"what": what, "before": before, "after": after, "count": count} for (what, before, after), count in kinds.most_common()],
        "changes": [asdict(each) for each in told.changes[:MOST]],
        "workload": [
            {"school": school, "week": week, "before": {level: pair[0] for level, pair in levels.items()},
             "after": {level: pair[1] for level, pair in levels.items()}}
            for (school, week), levels in sorted(told.workload.items())
        ],
    }  # fmt: skip


def in_cells(told: dict[str, Any], schools: frozenset[str]) -> dict[str, Any]:
    """The same for whoever reads statistics only: no single case, and no small cell of a school's week (domain.md, Who is who).

    schools: whose weeks are theirs.
    """
    workload = []
    for week in told["workload"]:
        if not {week["school"], "*"} & schools:
            continue
        before, after = compared(week["before"], week["after"])
        workload.append(week | {"before": before, "after": after})
    kinds = [kind | {"count": shown(kind["count"])} for kind in told["kinds"]]
    return told | {"changes": [], "workload": workload, "kinds": kinds, "decisions": shown(told["decisions"]), "changed": shown(told["changed"])}


def router(kernel: Kernel) -> APIRouter:
    """`POST /cases/api/policies/replay` with a policy file as the body."""
    routes = APIRouter(prefix="/cases/api/policies", tags=["policies"])

    @routes.post("/replay", summary="Runs a draft policy (TOML) over all history and says what would change; nothing is stored")
    async def what_if(request: Request, principal: SignedIn) -> dict[str, Any]:
        draft = parse_policy((await request.body()).decode("utf-8", errors="replace"), "policy")
        told = as_json(await replay(kernel.store, draft))
        if principal.holds("district-duty", "service", "system-administrator"):
            return told
        return in_cells(told, principal.schools())

    return routes
