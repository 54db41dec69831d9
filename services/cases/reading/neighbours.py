"""What another service tells of itself, asked over HTTP while a page waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared.access import issue_token, service_principal
from shared.errors import Unavailable
from shared.keys import Service
from shared.service import Kernel
from shared.trust import trust

PATIENCE = 2.0
"""Seconds that a page waits."""

T = TypeVar("T", bound=BaseModel)


async def told_by(kernel: Kernel, neighbour: Service, path: str, shape: type[T]) -> T:
    """What it answers, in this shape. path: below its own. Raises: Unavailable: it does not answer now, or not as it should."""
    token = issue_token(kernel.keys, service_principal(kernel.name), kernel.clock.now() + timedelta(minutes=5))
    address = f"{kernel.settings.origin(neighbour)}/{neighbour}/api/{path}"
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust()) as client:
            answer = await client.get(address, headers={"authorization": f"Bearer {token}"})
        return shape.model_validate_json(answer.raise_for_status().content)
    except (httpx.HTTPError, ValidationError) as error:
        raise Unavailable(f"{neighbour} does not answer ({type(error).__name__}); try again") from error
