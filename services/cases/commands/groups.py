"""A group that a command names is one that its giver has led and the case's student was in: a note about a member lies with no other."""

from __future__ import annotations

from services.cases.commands.fill import Ground
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import NamesGroup
from services.cases.domain.strategies.group import GROUP
from services.cases.domain.streams import group_stream
from shared.decider import load
from shared.errors import Fault, Invalid


async def require_groups(ground: Ground, wanted: type[Command]) -> None:
    """Raises: Invalid: there is no such group. One that somebody else leads, or without this student, is answered alike."""
    for name, field in wanted.model_fields.items():
        if any(isinstance(each, NamesGroup) for each in field.metadata) and not await _is_theirs(ground, ground.said[name]):
            raise Invalid(Fault(f"/{name}", "unknown-group"))


async def _is_theirs(ground: Ground, group_id: str) -> bool:
    group = (await load(ground.kernel.store, GROUP, group_stream(group_id))).state
    student = ground.case.student
    return student is not None and group.had(student) and group.was_led_by(ground.envelope.principal.id)
