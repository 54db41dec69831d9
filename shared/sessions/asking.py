"""The way between intake and its siblings: a sibling asks for sessions, and intake tells it of those that ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import httpx
from pydantic import ValidationError

from shared.access import issue_token, service_principal
from shared.clock import Clock
from shared.errors import Unavailable
from shared.keys import Keys, Service
from shared.sessions.session import Told
from shared.sessions.wire import EndedBody, LookBody, TheWord
from shared.trust import trust

PATIENCE = 1.0
"""Seconds that a request waits for the other service."""


class Neighbour:
    """Another service, as one that holds service credentials asks it. reader: who we are. origin: base URL of the other."""

    def __init__(self, reader: Service, name: Service, origin: str, keys: Keys, clock: Clock) -> None:
        self.name = name
        self._reader, self._url, self._keys, self._clock = reader, f"{origin}/{name}/api/sessions", keys, clock
        self._client = httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust())

    async def post(self, path: str, body: LookBody | EndedBody) -> bytes:
        """What it answers. Raises: Unavailable: it does not answer, or not as it should."""
        token = issue_token(self._keys, service_principal(self._reader), self._clock.now() + timedelta(minutes=5))
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            answer = await self._client.post(f"{self._url}/{path}", content=body.model_dump_json(), headers=headers)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"{self.name} does not answer: who is signed in cannot be looked up ({type(error).__name__}); try again") from error
        return answer.content

    async def close(self) -> None:
        await self._client.aclose()


class AskedWord:
    """Intake's word, as a sibling asks for it."""

    def __init__(self, intake: Neighbour) -> None:
        self._intake = intake

    async def look(self, after: int | None, sessions: Sequence[str]) -> Told:
        """As `Word.look`. Raises: Unavailable."""
        told = await self._intake.post("look", LookBody(after=after, sessions=tuple(sessions)))
        try:
            return TheWord.model_validate_json(told).told()
        except ValidationError as error:
            raise Unavailable("intake answers for sessions in another way: bring the services to one release") from error
