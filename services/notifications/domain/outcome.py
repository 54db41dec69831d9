"""What became of an attempt, in the same words for every channel: accepted, later, or never (architecture, decision 21; ADR 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Undeliverable = Literal[
    "no-address", "not-an-address", "needs-smtputf8", "mailbox-refused", "message-refused", "mail-server-busy", "mail-server-refuses-us",
    "without-tls",
    "no-endpoint", "endpoint-unusable", "leads-inside", "redirects", "gone", "not-authorised", "not-there", "refused", "busy", "server-error",
    "certificate", "handshake", "unknown-host", "unreachable", "timed-out", "own-error",
    "number-refused", "gateway-busy", "gateway-refuses-us", "gateway-refused", "gateway-fault", "template-refused", "subscription-gone", "returned",
    "content-held-back",
]  # fmt: skip
"""Why a channel cannot deliver."""

Why = Literal[Undeliverable, "kept-away"]
"""The closed list; reasons.toml has a sentence with the mend for each of them. kept-away: nothing was tried, as the receiver may not know."""

NO_RECEIVER: frozenset[Why] = frozenset({"no-address", "not-an-address"})
"""There is nobody to send to at all."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel took the message for exactly one receiver."""

    def __str__(self) -> str:
        return "accepted"


@dataclass(frozen=True, slots=True)
class Later:
    """This attempt failed, another may succeed. detail: the code that the other side gave. when: not before; None where no time was named."""

    why: Why
    detail: str = ""
    when: datetime | None = None

    def __str__(self) -> str:
        return _told("later", self.why, self.detail)


@dataclass(frozen=True, slots=True)
class Never:
    """No attempt can succeed: whoever has to know is told at once."""

    why: Why
    detail: str = ""

    def __str__(self) -> str:
        return _told("never", self.why, self.detail)


Outcome = Accepted | Later | Never


def _told(kind: str, why: Why, detail: str) -> str:
    return f"{kind}:{why}:{detail}" if detail else f"{kind}:{why}"
