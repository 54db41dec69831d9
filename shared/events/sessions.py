"""Who is signed in, how strongly they proved it, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.message import Outlives, PublicEvent

SessionHolder = Literal["person", "agency"]
"""What kind of somebody can sign in with a browser."""

Level = Literal["single", "two-factor"]
"""How strong the proof was: one thing that somebody knows or has, or two."""

Way = Literal["passkey", "password", "openid", "recovery", "demonstration"]
"""How somebody proved who they are."""

WhyEnded = Literal[
    "signed-out", "renewed", "by-person", "by-administrator", "left", "suspended", "credential-changed", "account-locked", "account-closed",
]  # fmt: skip
"""renewed: a fresh proof gave it another secret value. by-person: in the list of their own sessions, from another one."""


class SessionEvent(PublicEvent):
    """session: SHA-256 of the cookie's value, in hexadecimal; the value itself is kept nowhere. person: id of the person or agency."""

    session: str
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


class SessionBegun(SessionEvent):
    """Somebody signed in. ends_at: it holds no longer, however much it is used. After a fresh proof it begins again under another id; its first proof
    and its end stay.
    """

    type: Literal["session-begun"] = "session-begun"
    version: Literal[1] = 1
    kind: SessionHolder
    level: Level
    way: Way
    proved_at: datetime
    ends_at: datetime


class SessionProved(SessionEvent):
    """Who holds the session proved again that it is them. level: of the strongest proof in this session."""

    type: Literal["session-proved"] = "session-proved"
    version: Literal[1] = 1
    level: Level
    way: Way
    proved_at: datetime


class SessionEnded(SessionEvent):
    """It holds no more, whatever time it had left."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["session-ended"] = "session-ended"
    version: Literal[1] = 1
    why: WhyEnded


SessionFact = SessionBegun | SessionProved | SessionEnded
"""Everything about sessions; each service keeps it (ADR 30)."""
