"""A vault whose boxes hold their text in clear: nothing is sealed in a year that never happened."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from shared.sealed import Sealed
from shared.sealing import ToSeal


class ClearVault:
    """`shared.sealing.Vault`."""

    async def seal(self, person: str, purpose: str, text: str, context: str) -> Sealed:
        del purpose
        return Sealed(kid=person, context=context, box=text)

    async def seal_many(self, wanted: Sequence[ToSeal]) -> list[Sealed]:
        return [await self.seal(*each) for each in wanted]

    async def open(self, sealed: Sealed) -> str:
        return sealed.box

    async def open_many(self, sealed: Sequence[Sealed]) -> list[str]:
        return [each.box for each in sealed]

    async def derive_many(self, persons: Sequence[str], purpose: str, use: str) -> list[bytes]:
        return [sha256(f"{person}/{purpose}/{use}".encode()).digest() for person in persons]
