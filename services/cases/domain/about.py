"""What a strategy must know of its case to decide: whose it is, whether it is handled, and who must not be near it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events import Urgency


@dataclass(frozen=True, slots=True)
class About:
    """One case, as far as its strategies are concerned.

    handling: a person took it in hand and it is not closed. named: everybody named in a strand or suspended for conflict; they work nothing and
    are invited to nothing. accused: students reported as accused in an incident of this case. safe_home: guardians a counsellor judged safe.
    implicated: guardians who are accused or unsafe. unsafe_home: an accused guardian without a name was told of.
    """

    case: str
    student: str | None
    school: str
    handling: bool = True
    urgency: Urgency = "low"
    named: frozenset[str] = frozenset()
    accused: frozenset[str] = frozenset()
    sexual_violence: bool = False
    safe_home: frozenset[str] = frozenset()
    implicated: frozenset[str] = frozenset()
    unsafe_home: bool = False
    self_report: bool = False
