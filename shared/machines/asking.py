"""What intake and its siblings say to each other of machines' keys, as JSON, and how a sibling asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.machines.key import ApiKey, HolderKind, ShownKey
from shared.neighbours import Told

KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShownBody(_Body):
    """digest: SHA-256 of the key, in hexadecimal."""

    id: KeyId
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    def shown(self) -> ShownKey:
        return ShownKey(self.id, self.digest)


class LookBody(_Body):
    keys: Annotated[tuple[ShownBody, ...], Field(max_length=1000)]


class HoldsBody(ShownBody):
    """A key that holds, beside what was shown of it."""

    holder: str
    kind: HolderKind
    scopes: tuple[str, ...]
    until: datetime


class TheWord(_Body):
    """Those of the keys that hold."""

    keys: tuple[HoldsBody, ...]

    @classmethod
    def saying(cls, told: Mapping[ShownKey, ApiKey]) -> TheWord:
        return cls(keys=tuple(_held(shown, key) for shown, key in told.items()))

    def told(self) -> dict[ShownKey, ApiKey]:
        return {each.shown(): ApiKey(each.id, each.holder, each.kind, frozenset(each.scopes), each.until) for each in self.keys}


def _held(shown: ShownKey, key: ApiKey) -> HoldsBody:
    return HoldsBody(
        id=shown.id, digest=shown.digest, holder=key.holder, kind=key.kind, scopes=tuple(sorted(key.scopes)), until=key.until
    )  # fmt: skip


class AskedKeys:
    """Intake's word, as a sibling asks for it. intake: below `machine-keys`."""

    def __init__(self, intake: Told) -> None:
        self._intake = intake

    async def look(self, shown: Sequence[ShownKey]) -> Mapping[ShownKey, ApiKey]:
        """As `KeyWord.look`. Raises: Unavailable."""
        body = LookBody(keys=tuple(ShownBody(id=each.id, digest=each.digest) for each in shown))
        return (await self._intake.post("look", body, TheWord)).told()
