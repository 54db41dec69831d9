"""Asking another service over HTTP as the service that one is: for what is no event and no session."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared.access import issue_token, service_principal
from shared.clock import Clock
from shared.errors import Refused, Unavailable
from shared.keys import Keys, Service
from shared.trust import trust

PATIENCE = 30.0
"""Seconds: what is asked may read or take away many rows."""

T = TypeVar("T", bound=BaseModel)


class Told:
    """name: of the other service. origin: its base URL. below: the path of what is asked, such as `erasures`. patience: seconds that it is given."""

    def __init__(
        self, name: Service, origin: str, below: str, keys: Keys, clock: Clock, *, reader: Service = "intake", patience: float = PATIENCE
    ) -> None:
        self.name = name
        self._url, self._keys, self._clock, self._reader = f"{origin}/{name}/api/{below}", keys, clock, reader
        self._patience = patience

    async def post(self, path: str, body: BaseModel, answer: type[T]) -> T:
        """Raises: Unavailable: it does not answer, or not as it should."""
        try:
            return answer.model_validate_json(await self.bytes(path, body))
        except ValidationError:
            raise Unavailable(f"{self.name} answers in another way than expected: bring the services to one release") from None

    async def bytes(self, path: str, body: BaseModel, refusals: Collection[type[Refused]] = ()) -> bytes:
        """refusals: that the other may answer with, and that are passed on. Raises: one of them; Unavailable."""
        token = issue_token(self._keys, service_principal(self._reader), self._clock.now() + timedelta(minutes=5))
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            async with httpx.AsyncClient(timeout=self._patience, trust_env=False, verify=trust()) as client:
                told = await client.post(f"{self._url}/{path}", content=body.model_dump_json(), headers=headers)
            for each in refusals:
                if told.status_code == each.status:
                    raise each
            told.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"{self.name} does not answer ({type(error).__name__}): try again") from None
        return told.content
