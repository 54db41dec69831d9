"""The shape of a sealed value inside an event: who holds the key, and the box. Opening it is `shared/sealing.py`'s work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

Purpose = Literal["identity", "contact", "concern", "case", "counselling", "guardian-notice", "package", "answer", "sign-in"]
"""What a key of a person is for. The keys of one purpose can be destroyed before the others (architecture, decision 8)."""


class Sealed(BaseModel):
    """Personal text under the key `kid`. Folding never opens it; rendering does (decision 8).

    kid: opaque id of the (person, purpose) key. box: base64 of nonce and ciphertext (AES-256-GCM). context: what the box is bound to
    (for example `concern-<id>/narrative`), so that it cannot be moved elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kid: str
    context: str
    box: str


class Erased(BaseModel):
    """What a reader gets where the key is gone. Every reader copes."""

    model_config = ConfigDict(frozen=True)

    kid: str

    def __str__(self) -> str:
        return "[dihapus / erased]"


@dataclass(frozen=True, slots=True)
class SealedFor:
    """Written on a field that holds a sealed text: the purpose whose key seals it (architecture, decision 16)."""

    purpose: Purpose


IdentityText = Annotated[Sealed, SealedFor("identity")]
ContactText = Annotated[Sealed, SealedFor("contact")]
ConcernText = Annotated[Sealed, SealedFor("concern")]
CaseText = Annotated[Sealed, SealedFor("case")]
CounsellingText = Annotated[Sealed, SealedFor("counselling")]
"""Counselling notes have keys of their own, so that they can be destroyed before the rest of the case."""
NoticeText = Annotated[Sealed, SealedFor("guardian-notice")]
PackageText = Annotated[Sealed, SealedFor("package")]
AnswerText = Annotated[Sealed, SealedFor("answer")]
