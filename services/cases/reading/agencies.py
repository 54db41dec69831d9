"""The district's partner agencies by name, as notifications, which keeps the directory, tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.access import issue_token, service_principal
from shared.errors import Fault, Invalid, Unavailable
from shared.service import Kernel
from shared.trust import trust

PATIENCE = 2.0
"""Seconds that a page waits for the directory."""

DISTRICT = "district"
"""The kind as which notifications registers another district."""

M = TypeVar("M", bound=BaseModel)


class _Agency(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    kind: str = ""


class _Directory(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Agency]


@dataclass(frozen=True, slots=True)
class Agencies:
    """Asks notifications."""

    kernel: Kernel

    async def names(self) -> list[tuple[str, str]]:
        """Id and name, by name. Raises: Unavailable: the directory does not answer now."""
        found = await asked_of_directory(self.kernel, _Directory, "", None)
        return sorted(((each.id, each.name) for each in found.items), key=lambda each: each[1].casefold())

    async def districts(self) -> tuple[str, ...]:
        """Ids of those that are districts with an installation of their own. Raises: Unavailable."""
        found = await asked_of_directory(self.kernel, _Directory, "", None)
        return tuple(each.id for each in found.items if each.kind == DISTRICT)


async def asked_of_directory(kernel: Kernel, answer: type[M], path: str, body: Mapping[str, object] | None) -> M:
    """What notifications answers below the directory's address. body: of a POST, None for a GET. Raises: Unavailable; Invalid: it
    understands the question and refuses it, which is no outage.
    """
    token = issue_token(kernel.keys, service_principal(kernel.name), kernel.clock.now() + timedelta(minutes=5))
    address = f"{kernel.settings.origin('notifications')}/notifications/api/agencies{path}"
    headers = {"authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust(), headers=headers) as client:
            told = await (client.get(address) if body is None else client.post(address, json=body))
        if told.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise Invalid(Fault("", "not-in-directory"))
        return answer.model_validate_json(told.raise_for_status().content)
    except (httpx.HTTPError, ValidationError) as error:
        raise Unavailable(f"the directory of agencies does not answer ({type(error).__name__}); try again") from error
