"""Asks intake for the names of the schools, and to give a school what another district sent, as a concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.notifications.districts.messages import Package
from services.notifications.domain.arrival import Priority
from shared.access import issue_token, service_principal
from shared.errors import Unavailable
from shared.events import Caution, Fact
from shared.service import Kernel
from shared.trust import trust

PATIENCE = 5.0
DESCRIBED = 400
"""Characters from the beginning of the package. It begins with who the student is, so the school can find them by it."""

DANGERS: Mapping[Priority, Mapping[Fact, bool]] = {"stat": {"unsafe_now": True}, "urgent": {"likely_harm_soon": True}, "routine": {}}
"""The answers to triage questions that follow from the sender's priority, so that nobody waits longer here than there."""

GUARDIAN: Caution = "guardian-unsafe"


def named(cautions: Sequence[str]) -> list[dict[str, str]]:
    """The people in the concern, none of them by name. So nobody at home is told anything until a counsellor here decides that it is safe."""
    known = {"relation": "guardian", "role": "accused"}, {"relation": "outsider", "role": "involved"}
    return [each for each, fits in zip(known, (GUARDIAN in cautions, bool(set(cautions) - {GUARDIAN})), strict=True) if fits]


T = TypeVar("T", bound=BaseModel)


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _School(_Read):
    school: str
    name: str


class _Schools(_Read):
    items: list[_School]


class _Accepted(_Read):
    concern_id: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Sends requests to intake as the service notifications."""

    kernel: Kernel

    async def schools(self) -> list[tuple[str, str]]:
        """Id and name. Raises: Unavailable."""
        found = await self._asked("GET", "schools")
        return [(each.school, each.name) for each in _read(_Schools, found).items]

    async def raise_concern(self, arrival: str, school: str, priority: Priority, told: Package) -> str:
        """Its id; the same however often it is asked. Raises: Unavailable.

        Nobody guesses who the student is: the school's own people match them.
        """
        body = {
            "school": school, "students": [{"description": told.package[:DESCRIBED], "role": "affected"}], "kind": "need", "categories": ["other"],
            "narrative": told.package, "people": named(told.cautions), "facts": dict(DANGERS[priority]),
            "channel": "api", "reporter": {"kind": "agency"},
        }  # fmt: skip
        return _read(_Accepted, await self._asked("POST", "concerns", body, {"idempotency-key": arrival})).concern_id

    async def _asked(self, method: str, path: str, body: Any = None, more: Mapping[str, str] | None = None) -> bytes:
        token = issue_token(self.kernel.keys, service_principal("notifications"), self.kernel.clock.now() + timedelta(minutes=5))
        headers = {"authorization": f"Bearer {token}", **(more or {})}
        address = f"{self.kernel.settings.origin('intake')}/intake/api/{path}"
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust(), headers=headers) as client:
                answer = await client.request(method, address, json=body)
            return answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise Unavailable(f"intake does not answer ({type(error).__name__}): try again") from None


def _read(shape: type[T], told: bytes) -> T:
    try:
        return shape.model_validate_json(told)
    except ValidationError:
        raise Unavailable("intake answers in another way than expected: bring the services to one release") from None
