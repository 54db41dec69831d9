"""How each service says that it is, asked of its readiness all at once; and the one thing that mends what is parked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.keys import Service
from shared.neighbours import Told
from shared.service import Kernel
from shared.trust import trust

PATIENCE = 3.0
"""Seconds that the page waits for a service."""


class _Sound(BaseModel):
    model_config = ConfigDict(extra="ignore")

    ok: bool


class _Readiness(BaseModel):
    """As a service tells it; what a newer release tells besides is left out."""

    model_config = ConfigDict(extra="ignore")

    parts: Mapping[str, _Sound]
    backup: _Sound = _Sound(ok=False)
    parked: int = 0


class _Nothing(BaseModel):
    """What is asked holds nothing."""


class _Replayed(BaseModel):
    replayed: int


@dataclass(frozen=True, slots=True)
class Health:
    """Of one service. answers: at all. stopped: parts that give no sign of life, or are behind. parked: events that could not be applied.
    backed_up: the last backup went well and is young enough.
    """

    service: Service
    answers: bool
    stopped: int = 0
    parked: int = 0
    backed_up: bool = False

    @property
    def well(self) -> bool:
        """Nothing is to be done about it."""
        return self.answers and self.backed_up and not self.stopped and not self.parked


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks every service of the district, this one too."""

    kernel: Kernel

    async def all(self) -> list[Health]:
        """In a fixed order; whoever does not answer in time is said not to answer."""
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust()) as client:
            return list(await asyncio.gather(*(self._one(client, service) for service in get_args(Service))))

    async def _one(self, client: httpx.AsyncClient, service: Service) -> Health:
        try:
            answer = await client.get(f"{self.kernel.settings.origin(service)}/{service}/readyz")
            told = _Readiness.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError):
            return Health(service, answers=False)
        return Health(service, True, sum(not part.ok for part in told.parts.values()), told.parked, told.backup.ok)

    async def replay(self, service: Service) -> int:
        """Applies what is parked there; how many events that were. Raises: Unavailable."""
        kernel = self.kernel
        parked = Told(service, kernel.settings.origin(service), "parked", kernel.keys, kernel.clock)
        return (await parked.post("replay", _Nothing(), _Replayed)).replayed
