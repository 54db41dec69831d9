"""Schools that a command names exist, as is written on the field: nothing is sent where nobody is."""

from __future__ import annotations

from services.cases.commands.fill import Ground
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import NamesSchool
from services.cases.reading.whereabouts import Whereabouts
from shared.errors import Fault, Invalid


async def require_schools(ground: Ground, wanted: type[Command]) -> None:
    """Raises: Invalid: what was said names a school that the district does not have."""
    for name, field in wanted.model_fields.items():
        if any(isinstance(each, NamesSchool) for each in field.metadata) and not await Whereabouts(ground.kernel.database).is_school(
            ground.said[name]
        ):
            raise Invalid(Fault(f"/{name}", "unknown-school"))
