"""A case that moves, as one part of the case: merging, transferring, linking and holding, each with a file of its own."""

from __future__ import annotations

from services.cases.domain.case import holding, linking, merging, transferring
from services.cases.domain.case.moves import Moves
from services.cases.domain.steps.act import Acts
from shared.message import Event

MOVING: Acts[Moves] = Acts(
    *merging.ROWS, *linking.ROWS, *transferring.ROWS, *holding.ROWS, awaits=("transfer-receipt", "transfer", "leaving")
)  # fmt: skip

_FILES = (merging, linking, transferring, holding)


def evolve(moves: Moves, event: Event) -> Moves:
    """The moves after an event; one that belongs to another part changes nothing."""
    for file in _FILES:
        moves = file.evolve(moves, event)
    return moves
