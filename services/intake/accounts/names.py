"""The keyed hash of a name by which somebody is found when they sign in, and to whom it leads."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from services.intake.domain.credentials import CredentialKind
from services.intake.domain.sign_in_name import SIGN_IN_NAME, Holder
from shared.decider import load
from shared.errors import Unavailable
from shared.eventstore.store import EventStore
from shared.sealed import Erased
from shared.sealing import Vault

_OWNER = "sign-in-names"
"""Whose key of the keyring hashes names: nobody's, so no rotation and no erasure of a person changes it."""


def stream_of(name: str) -> str:
    """The stream of a hashed name."""
    return f"sign-in-name-{name}"


def typed(name: str) -> str:
    """A sign-in name as it is compared: however it was typed, whichever letters the keyboard made of it."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


@dataclass(frozen=True, slots=True)
class SignInNames:
    """Looks names up."""

    store: EventStore
    vault: Vault

    async def hashed(self, kind: CredentialKind | Literal["network"], *parts: str) -> str:
        """The keyed hash of a name of this kind: parts as issuer and subject; a passkey's id; a sign-in name as typed; the network of who tries.

        Raises: Unavailable.
        """
        (key,) = await self.vault.derive_many([_OWNER], "sign-in", "sign-in-name")
        if isinstance(key, Erased):
            raise Unavailable("the key of sign-in names is gone: restore the keyring from its backup")
        told = "".join(f"{len(part)}:{part}" for part in (kind, *parts))
        return hmac.digest(key, told.encode(), sha256).hex()

    async def holder(self, name: str) -> Holder | None:
        """To whom a hashed name leads; None where it is nobody's. Raises: Unavailable."""
        return (await load(self.store, SIGN_IN_NAME, stream_of(name))).state.holder
