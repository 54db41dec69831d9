"""The district's partner agencies by name, as notifications, which keeps the directory, tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.access import issue_token, service_principal
from shared.errors import Unavailable
from shared.service import Kernel

PATIENCE = 2.0
"""Seconds that a page waits for the directory."""


class _Agency(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    name: str


class _Directory(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Agency]


@dataclass(frozen=True, slots=True)
class Agencies:
    """Asks notifications."""

    kernel: Kernel

    async def names(self) -> list[tuple[str, str]]:
        """Id and name, by name. Raises: Unavailable: the directory does not answer now."""
        token = issue_token(self.kernel.keys, service_principal(self.kernel.name), self.kernel.clock.now() + timedelta(minutes=5))
        address = f"{self.kernel.settings.origin('notifications')}/notifications/api/agencies"
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
                answer = await client.get(address, headers={"authorization": f"Bearer {token}"})
            found = _Directory.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable(f"the directory of agencies does not answer ({type(error).__name__}); try again") from error
        return sorted(((each.id, each.name) for each in found.items), key=lambda each: each[1].casefold())
