"""How far a case is, in one word, as lists and pages show it (domain.md, Case)."""

from __future__ import annotations

from typing import Literal

Stage = Literal["opened", "assessed", "planned"]
State = Literal["opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"]


def state_of(*, closed: bool, merged: bool, waiting: bool, worked: bool, stage: Stage) -> State:
    """Opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case). What lies beneath comes back when the upper one ends."""
    if closed:
        return "closed"
    if merged:
        return "merged"
    if waiting:
        return "waiting"
    return "in-progress" if worked else stage
