"""How a service is: alive, ready, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared.access import SignedIn
from shared.attachments.keeping import Counts, PostgresStore
from shared.delivery.epochs import count_lost
from shared.delivery.parked import ParkingLot
from shared.errors import Unavailable
from shared.eventstore.lag import Lag, judged, lags
from shared.heartbeat import health
from shared.service.backed_up import BackedUp, last_backup
from shared.service.kernel import Kernel
from shared.service.promised import file_of

_FILES = "attachments"
"""The part that looks after files, where a service has any."""


def operations_router(kernel: Kernel, parts: list[str], views: list[str]) -> APIRouter:
    """parts: names of what runs. views: names of the read models among them."""
    router = APIRouter(tags=["operations"])
    name = kernel.name

    @router.get(f"/{name}/healthz", summary="The process lives; says nothing of what it stands on")
    async def healthz(_: SignedIn) -> dict[str, str]:
        return {"status": "alive"}

    @router.get(f"/{name}/readyz", summary="Database, keys, and every part's sign of life and lag")
    async def readyz(_: SignedIn) -> JSONResponse:
        told = await _readiness(kernel, parts, views)
        return JSONResponse(told, 200 if told["ready"] else 503)

    @router.get(f"/{name}/metrics", summary="Prometheus metrics; ids are never labels", response_class=Response, responses=file_of("text/plain"))
    async def metrics(_: SignedIn) -> Response:
        return Response(await metrics_of(kernel, parts, views), media_type="text/plain; version=0.0.4")

    return router


async def _readiness(kernel: Kernel, parts: list[str], views: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"ready": False, "parts": {}}
    try:
        told["parts"] = await _health(kernel, parts, views, await lags(kernel.database))
        backup = await last_backup(kernel.database)
        told["backup"] = {"ok": backup.well, "why": backup.told()}  # no reason to refuse a concern
        if _FILES in parts:
            told["files"] = (await PostgresStore(kernel.database).counts()).told()
        told["parked"] = len(await ParkingLot(kernel.database).list())
        await kernel.vault.seal("readiness", "identity", "-", "readiness")
        told["parts"] |= {"database": {"ok": True}, "keys": {"ok": True}}
    except Unavailable:
        told["parts"]["database"] = {"ok": False, "why": "does not answer"}
    told["ready"] = all(part["ok"] for part in told["parts"].values())
    return told


async def _health(kernel: Kernel, parts: list[str], views: list[str], known: Sequence[Lag]) -> dict[str, dict[str, object]]:
    found = await health(kernel.database, parts)
    return found | {view: judged(view, found[view], known) for view in views}


async def metrics_of(kernel: Kernel, parts: list[str], views: list[str]) -> bytes:
    """As Prometheus reads them. Raises: Unavailable."""
    registry = CollectorRegistry()
    lag = Gauge("tanggap_part_lag", "Positions that a part is behind", ["part"], registry=registry)
    sound = Gauge("tanggap_part_ok", "1 while a part gives signs of life", ["part"], registry=registry)
    parked = Gauge("tanggap_parked_events", "Events parked because their handler kept failing", registry=registry)
    head = Gauge("tanggap_store_position", "Position of the last event of the own store", registry=registry)
    view_lag = Gauge("tanggap_view_lag", "Positions that a generation of a read model is behind", ["view", "generation", "state"], registry=registry)
    _tell_backup(registry, await last_backup(kernel.database))
    if _FILES in parts:
        _tell_files(registry, await PostgresStore(kernel.database).counts())
    lost = Gauge("tanggap_lost_history", "Partitions of neighbours of which something was read that they lost", registry=registry)
    lost.set(await count_lost(kernel.database))
    known = await lags(kernel.database)
    for each in known:
        view_lag.labels(each.view, each.generation, each.state).set(each.lag)
    for part, state in (await _health(kernel, parts, views, known)).items():
        lag.labels(part).set(float(str(state["lag"] or 0)))
        sound.labels(part).set(1 if state["ok"] else 0)
    parked.set(len(await ParkingLot(kernel.database).list()))
    head.set(await kernel.store.head())
    return generate_latest(registry)


def _tell_backup(registry: CollectorRegistry, backup: BackedUp) -> None:
    age = Gauge("tanggap_backup_age_seconds", "Age of the newest good backup; infinite where none was ever made", registry=registry)
    age.set(backup.age.total_seconds() if backup.age else math.inf)
    sound = Gauge("tanggap_backup_ok", "1 while the last backup went well and is young enough", registry=registry)
    sound.set(1 if backup.well else 0)


def _tell_files(registry: CollectorRegistry, counts: Counts) -> None:
    """A file is never a label: they are counted alone."""
    before = Gauge("tanggap_files_to_look_through", "Files that passed older checks alone and wait for today's", registry=registry)
    before.set(counts.before)
    unscanned = Gauge("tanggap_files_unscanned", "Files that wait for the scanner of viruses", registry=registry)
    unscanned.set(counts.unscanned)
    withheld = Gauge("tanggap_files_withheld", "Files that nobody gets, because they would not be taken today", registry=registry)
    withheld.set(counts.withheld)
