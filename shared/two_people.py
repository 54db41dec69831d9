"""Acts that one person alone never completes: one proposes, another confirms, each in a session of their own (ADR 22). The decision unit
keeps the proposal in its state, asks here whether this person may be the second, and writes both into the event.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Proposal:
    """act: that proposed it. by: who did."""

    act: str
    by: str


class SecondPersonNeeded(Refused):
    """Nothing was proposed yet, or by this very person."""

    code = "second-person-needed"
    indonesian = "Langkah ini memerlukan dua orang: satu mengusulkan, seorang lain menegaskan dari akunnya sendiri."
    english = "This step needs two people: one proposes, another confirms from their own account."


def second_of(proposal: Proposal | None, by: str, refused: type[Refused] = SecondPersonNeeded) -> Proposal:
    """The proposal that this person may confirm. refused: the refusal otherwise. Raises: that one."""
    if proposal is None or proposal.by == by:
        raise refused
    return proposal
