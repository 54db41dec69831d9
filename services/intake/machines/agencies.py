"""The agencies that are registered, as notifications tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from shared.neighbours import Told


class _Everyone(BaseModel):
    """A search that looks for nothing finds everybody."""


class _Agency(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    name: str


class _Found(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: tuple[_Agency, ...]


@dataclass(frozen=True, slots=True)
class Agencies:
    """notifications: below `agencies`."""

    notifications: Told

    async def names(self) -> Mapping[str, str]:
        """Each agency's name by its id. Raises: Unavailable."""
        found = await self.notifications.post("search", _Everyone(), _Found)
        return {each.id: each.name for each in sorted(found.items, key=lambda each: each.name.casefold())}
