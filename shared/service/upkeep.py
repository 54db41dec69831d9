"""What the operator's tools ask of a service: parked events, and read models built again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from shared.access import SignedIn
from shared.delivery.parked import ParkingLot
from shared.errors import NotFound
from shared.eventstore.projection import Projection
from shared.service.kernel import Kernel


def parked_router(kernel: Kernel) -> APIRouter:
    """Looking at what is parked, and applying it once its cause is mended."""
    router = APIRouter(tags=["operations"])

    @router.get(f"/{kernel.name}/api/parked", summary="What is parked: ids and class names, no content")
    async def parked(_: SignedIn) -> dict[str, Any]:
        rows = await ParkingLot(kernel.database).list()
        return {"items": [{name: str(getattr(row, name)) for name in row.__slots__} for row in rows], "next": None}

    @router.post(f"/{kernel.name}/api/parked/replay", summary="Applies what is parked, of one key or all, in order")
    async def replay(_: SignedIn, key: str | None = None) -> dict[str, int]:
        return {"replayed": sum([await subscription.replay(key) for subscription in kernel.subscriptions])}

    return router


def views_router(kernel: Kernel, projections: Sequence[Projection]) -> APIRouter:
    """Building a read model again. projections: of this service."""
    router = APIRouter(tags=["operations"])
    known = {projection.name: projection for projection in projections}

    @router.post(f"/{kernel.name}/api/views/{{view}}/rebuild", summary="Folds a read model again from the first event")
    async def rebuild(view: str, _: SignedIn) -> dict[str, Any]:
        if view not in known:
            raise NotFound(f"this service has no such view: it has {', '.join(known)}")
        return {"view": view, "events": await known[view].rebuild()}

    return router
