"""What the services of today can read: every decision unit in their code, wherever its file lies."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from services import cases, intake, notifications
from shared.decider import Decider
from shared.eventstore.codec import EventCodec

SERVICES: Mapping[str, ModuleType] = {"cases": cases, "intake": intake, "notifications": notifications}


@dataclass(frozen=True, slots=True)
class Stored:
    """A body as it lies in a store, with as much of its envelope as decoding needs."""

    version: int
    type: str
    schema_version: int
    body: str


@cache
def deciders(service: str) -> Sequence[Decider[Any, Any, Any]]:
    """Every decision unit that the service's modules define; a moved file is found all the same."""
    found = (each for module in _modules(SERVICES[service]) for each in vars(module).values() if isinstance(each, Decider))
    return tuple({id(each): each for each in found}.values())


@cache
def codecs(service: str) -> Sequence[EventCodec[Any]]:
    """What reads the service's streams."""
    return tuple(each.codec for each in deciders(service))


def decider_of(service: str, types: AbstractSet[str]) -> Decider[Any, Any, Any]:
    """The one unit of the service that knows every type of a stream."""
    found = [each for each in deciders(service) if types <= each.codec.types.keys()]
    assert len(found) == 1, f"{service}: {len(found)} decision units read a stream of {', '.join(sorted(types))}"
    return found[0]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)
