"""What is typed into the public form and not sent yet, kept so that only the browser that typed it can open it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request
from starlette.responses import Response

from services.intake.form.answers import Answers
from shared.clock import Clock
from shared.database import Database
from shared.errors import Unavailable

KEPT = timedelta(minutes=30)
COOKIE = "tanggap_draft"
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Ticket:
    """The value of the cookie: 256 random bits. The draft's id and its key both follow from it, and it is kept nowhere."""

    value: str

    @classmethod
    def fresh(cls) -> Ticket:
        return cls(token_urlsafe(32))

    def give(self, response: Response) -> None:
        """To the browser, until it is closed."""
        response.set_cookie(COOKIE, self.value, path="/intake", httponly=True, samesite="lax")

    @property
    def draft(self) -> bytes:
        return sha256(f"draft|{self.value}".encode()).digest()

    @property
    def cipher(self) -> AESGCM:
        return AESGCM(sha256(f"key|{self.value}".encode()).digest())

    def sending(self, answers: Answers) -> str:
        """The key of one sending of these answers: sent again, it is the same concern; other answers are another."""
        return sha256(f"sent|{self.value}|{answers.model_dump_json()}".encode()).hexdigest()


def ticket_of(request: Request) -> Ticket | None:
    """The browser's own, if it looks like one of ours."""
    value = request.cookies.get(COOKIE, "")
    return Ticket(value) if _VALUE.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class Drafts:
    """Keeps answers in boxes whose keys are in the cookies."""

    database: Database
    clock: Clock

    async def read(self, ticket: Ticket) -> Answers:
        """What was typed; empty where nothing was, or too long ago. Raises: Unavailable."""
        query = "SELECT box FROM public_draft WHERE draft = %s AND until > %s"
        async with self.database.statement() as connection:
            row = await (await connection.execute(query, (ticket.draft, self.clock.now()))).fetchone()
        return _opened(ticket, bytes(row[0])) if row else Answers()

    async def keep(self, ticket: Ticket, answers: Answers) -> None:
        """Keeps it for half an hour from now, and takes away what has ended. Raises: Unavailable."""
        nonce, now = os.urandom(_NONCE), self.clock.now()
        box = nonce + ticket.cipher.encrypt(nonce, answers.model_dump_json().encode(), ticket.draft)
        async with self.database.connection() as connection:
            await connection.execute(_KEEP, (ticket.draft, box, now + KEPT))
            await connection.execute(_ENDED, (now,))

    async def forget_if_possible(self, ticket: Ticket) -> None:
        """Takes it away at once. Where the database does not answer it ends by itself, and nobody has its key any more."""
        with suppress(Unavailable):
            async with self.database.statement() as connection:
                await connection.execute("DELETE FROM public_draft WHERE draft = %s", (ticket.draft,))


_KEEP = (
    "INSERT INTO public_draft (draft, box, until) VALUES (%s, %s, %s) ON CONFLICT (draft) DO UPDATE SET box = excluded.box, until = excluded.until"
)

_ENDED = "DELETE FROM public_draft WHERE draft IN (SELECT draft FROM public_draft WHERE until <= %s LIMIT 100 FOR UPDATE SKIP LOCKED)"


def _opened(ticket: Ticket, box: bytes) -> Answers:
    try:
        return Answers.model_validate_json(ticket.cipher.decrypt(box[:_NONCE], box[_NONCE:], ticket.draft))
    except (InvalidTag, ValueError):
        return Answers()  # a box of an earlier release: the person starts again
