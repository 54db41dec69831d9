"""The owner's feed: public events after a position. What Redis lost or never had is pulled from here (decision 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import orjson
from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter

from shared.access import SignedIn, issue_token, service_principal
from shared.clock import Clock
from shared.delivery.wire import decode, envelope
from shared.errors import Unavailable
from shared.eventstore.epochs import FIRST, Epoch, OwnEpochs
from shared.eventstore.store import EventStore
from shared.keys import Keys
from shared.message import Recorded
from shared.trust import trust

PAGE = 500


EPOCH = "tanggap-epoch"
"""The header that says which epoch the positions of an answer are of."""


def feed_router(service: str, store: EventStore, epochs: OwnEpochs) -> APIRouter:
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
        return Response(orjson.dumps(told), media_type="application/json", headers={EPOCH: str(await epochs.now())})

    @router.get(f"/{service}/heads", summary="Position of the last public event of each partition")
    async def heads(principal: SignedIn, response: Response) -> dict[int, int]:  # noqa: ARG001 - the permission row is the check
        response.headers[EPOCH] = str(await epochs.now())
        return {partition: await store.head(partition=partition, public=True) for partition in range(store.partitions)}

    @router.get(f"/{service}/epochs", summary="The epochs of the store, oldest first: each restore begins one")
    async def told_epochs(principal: SignedIn) -> list[Epoch]:  # noqa: ARG001 - the permission row is the check
        return list(await epochs.read())

    return router


@dataclass(frozen=True, slots=True)
class FeedPage:
    """events: in order. head: position of the partition's last public event. epoch: that these positions are of."""

    events: list[Recorded]
    head: int
    epoch: UUID = FIRST


@dataclass(frozen=True, slots=True)
class Heads:
    """positions: of the last public event of each partition. epoch: that they are of."""

    positions: dict[int, int]
    epoch: UUID = FIRST


class FeedClient:
    """Asks the owner. reader: who we are. origin: base URL of the owning service."""

    def __init__(self, reader: str, source: str, origin: str, keys: Keys, clock: Clock) -> None:
        self.source = source
        self._reader, self._url, self._keys, self._clock = reader, f"{origin}/{source}", keys, clock
        self._client = httpx.AsyncClient(timeout=10, trust_env=False, verify=trust())

    async def pull(self, partition: int, after: int, *, limit: int = PAGE) -> FeedPage:
        """A page of events after a position. Raises: Unavailable: the owner does not answer."""
        answer = await self._get("feed", {"partition": partition, "after": after, "limit": limit})
        told = answer.json()
        return FeedPage([decode(item) for item in told["items"]], told["head"], _epoch(answer))

    async def at(self, partition: int, position: int) -> FeedPage:
        """The event at a position, or the one that comes next. Raises: Unavailable."""
        return await self.pull(partition, position - 1, limit=1)

    async def heads(self) -> Heads:
        """Position of the last public event of each partition. Raises: Unavailable."""
        answer = await self._get("heads", {})
        return Heads({int(partition): head for partition, head in answer.json().items()}, _epoch(answer))

    async def epochs(self) -> Sequence[Epoch]:
        """The source's epochs, oldest first. Raises: Unavailable."""
        return _EPOCHS.validate_python((await self._get("epochs", {})).json())

    async def _get(self, path: str, wanted: dict[str, int]) -> httpx.Response:
        token = issue_token(self._keys, service_principal(self._reader), self._clock.now() + timedelta(minutes=5))
        try:
            answer = await self._client.get(f"{self._url}/{path}", params=wanted, headers={"authorization": f"Bearer {token}"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the feed of {self.source} does not answer: {type(error).__name__}") from error
        return answer

    async def close(self) -> None:
        await self._client.aclose()


_EPOCHS = TypeAdapter(list[Epoch])


def _epoch(answer: httpx.Response) -> UUID:
    """A release before this one knows the first alone."""
    return UUID(answer.headers.get(EPOCH, str(FIRST)))
