"""What one thing says, told in the shape of another: a command as its event, a neighbour's event as a command of ours."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from pydantic import BaseModel

from shared.message import Fact

F = TypeVar("F", bound=Fact)


def retold(kind: type[F], told: BaseModel, **more: object) -> F:
    """Each field takes the value of the field of the same name. more: what was not said there, or is said otherwise."""
    return kind(**{name: getattr(told, name) for name in carried(kind) if name not in more}, **more)


@cache
def carried(kind: type[Fact]) -> tuple[str, ...]:
    """The fields that say something, not which kind of event it is."""
    return tuple(name for name in kind.model_fields if name not in ("type", "version"))
