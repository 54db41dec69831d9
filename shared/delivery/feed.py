"""The owner's feed: public events after a position. What Redis lost or never had is pulled from here (decision 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
from fastapi import APIRouter, Query, Response

from shared.access import SignedIn, issue_token, service_principal
from shared.clock import Clock
from shared.delivery.wire import decode, envelope
from shared.errors import Unavailable
from shared.eventstore.store import EventStore
from shared.keys import Keys
from shared.message import Recorded

PAGE = 500


def feed_router(service: str, store: EventStore) -> APIRouter:
    """`GET /<service>/feed?partition=P&after=N` for service credentials."""
    router = APIRouter()

    @router.get(f"/{service}/feed", summary="Public events after a position, and the head")
    async def feed(
        principal: SignedIn,  # noqa: ARG001 - the permission row is the check
        partition: int = Query(ge=0),
        after: int = Query(ge=0),
        limit: int = Query(PAGE, ge=1, le=PAGE),
    ) -> Response:
        events = await store.read_after(after, limit=limit, partition=partition, public=True)
        head = await store.head(partition=partition, public=True)
        told = {"items": [envelope(event) for event in events], "head": head}
        return Response(orjson.dumps(told), media_type="application/json")

    @router.get(f"/{service}/heads", summary="Position of the last public event of each partition")
    async def heads(principal: SignedIn) -> dict[int, int]:  # noqa: ARG001 - the permission row is the check
        return {partition: await store.head(partition=partition, public=True) for partition in range(store.partitions)}

    return router


@dataclass(frozen=True, slots=True)
class FeedPage:
    """events: in order. head: position of the partition's last public event."""

    events: list[Recorded]
    head: int


class FeedClient:
    """Asks the owner. reader: who we are. origin: base URL of the owning service."""

    def __init__(self, reader: str, source: str, origin: str, keys: Keys, clock: Clock) -> None:
        self.source = source
        self._reader, self._url, self._keys, self._clock = reader, f"{origin}/{source}", keys, clock
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)

    async def pull(self, partition: int, after: int, *, limit: int = PAGE) -> FeedPage:
        """A page of events after a position. Raises: Unavailable: the owner does not answer."""
        told = await self._get("feed", {"partition": partition, "after": after, "limit": limit})
        return FeedPage([decode(item) for item in told["items"]], told["head"])

    async def heads(self) -> dict[int, int]:
        """Position of the last public event of each partition. Raises: Unavailable."""
        return {int(partition): head for partition, head in (await self._get("heads", {})).items()}

    async def _get(self, path: str, wanted: dict[str, int]) -> dict[str, Any]:
        token = issue_token(self._keys, service_principal(self._reader), self._clock.now() + timedelta(minutes=5))
        try:
            answer = await self._client.get(f"{self._url}/{path}", params=wanted, headers={"authorization": f"Bearer {token}"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the feed of {self.source} does not answer: {type(error).__name__}") from error
        told: dict[str, Any] = answer.json()
        return told

    async def close(self) -> None:
        await self._client.aclose()
