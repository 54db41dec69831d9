"""Which personal text stands in which stored event, read from the events' own classes: the purpose is written on the field (architecture, 16)."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Annotated, get_args, get_origin

from pydantic import BaseModel

import services
import shared
from shared.message import Event
from shared.sealed import Purpose, SealedFor

Fields = Mapping[Purpose, Mapping[str, tuple[str, ...]]]
"""By purpose, then by event type: where its sealed texts stand."""


def events() -> list[type[Event]]:
    """Every class that is stored, of the whole program."""
    for package in (shared, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found = [each for each in _below(Event) if "type" in each.__annotations__ and each.__module__.startswith(("shared.", "services."))]
    return sorted(found, key=name_of)


def name_of(event: type[Event]) -> str:
    return str(event.model_fields["type"].default)


def sealed_fields() -> Fields:
    """What the record of processing is made from."""
    found: dict[Purpose, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for event in events():
        for place, purpose in _texts(event):
            before = found[purpose].get(name_of(event), ())
            found[purpose][name_of(event)] = tuple(dict.fromkeys((*before, place)))
    return found


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _texts(model: type[BaseModel], place: str = "") -> Iterator[tuple[str, Purpose]]:
    for name, field in model.model_fields.items():
        written = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        yield from _within(written, f"{place}{name}")


def _within(annotation: object, place: str) -> Iterator[tuple[str, Purpose]]:
    if get_origin(annotation) is Annotated:
        kind, *written = get_args(annotation)
        purposes = [each.purpose for each in written if isinstance(each, SealedFor)]
        yield from [(place, purpose) for purpose in purposes]
        if not purposes:
            yield from _within(kind, place)
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _texts(annotation, f"{place}.")
        return
    for each in get_args(annotation):
        yield from _within(each, place)
