"""Events to text and back. Old versions are upcast here, and only here, when they are read (decision 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar, Union

from pydantic import Field, Json, TypeAdapter, ValidationError

from shared.eventstore.later import learn, require_known
from shared.eventstore.upcasting import Upcasters
from shared.message import Event, NewEvent, Occasion, derived_id

if TYPE_CHECKING:
    from shared.eventstore.store import Page

E = TypeVar("E", bound=Event)
D = TypeVar("D")


def _discriminated(union: Any) -> Any:
    return Annotated[union, Field(discriminator="type")]


class Kept(Protocol):
    """A stored event as decoding needs it: a `Recorded` or an `Entry`."""

    @property
    def version(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def schema_version(self) -> int: ...
    @property
    def body(self) -> str: ...


class EventCodec(Generic[E]):
    """Encodes and decodes the events of one stream category, a closed union of event classes.

    events: every class that the streams may hold. upcasters: for versions that are no longer written.
    """

    def __init__(self, *events: type[E], upcasters: Upcasters | None = None) -> None:
        self.types = {event.model_fields["type"].default: event for event in events}
        self._upcasters = upcasters or Upcasters()
        learn(events)
        union: Any = Union[events]  # noqa: UP007 - the classes are only known here
        one: Any = _discriminated(union) if len(events) > 1 else union
        self._adapter: TypeAdapter[E] = TypeAdapter(one)
        self._many: TypeAdapter[list[E]] = TypeAdapter(list[Json[one]])

    def encode(self, event: E, stream: str, occasion: Occasion, index: int) -> NewEvent:
        """The event with its envelope. Its id is derived from cause, stream and index, so a retry gives the same id."""
        return NewEvent(
            id=derived_id(occasion.cause, stream, index, event.type),
            type=event.type,
            schema_version=event.version,
            body=event.model_dump_json(),
            key=event.ordering_key or stream,
            public=event.public,
            actor=occasion.actor,
            school=occasion.school,
            happened_at=occasion.happened_at,
            correlation=occasion.correlation,
            causation=occasion.cause,
        )

    def decode(self, recorded: Kept) -> E:
        """The event as its current class.

        Raises: LaterRelease; pydantic.ValidationError: the body does not fit the class (a programming error: upcaster missing).
        """
        body = self._upcasters.upcast(recorded.type, recorded.schema_version, recorded.body)
        return _read(lambda: self._adapter.validate_json(body), (body,))

    def decode_many(self, kept: Sequence[Kept]) -> list[E]:
        """Many events, in order. Each body is a JSON text of its own; all are validated in one call.

        Raises: LaterRelease; pydantic.ValidationError: one of the bodies does not fit; its place is the first part of the error's `loc`.
        """
        return self._decode([each.type for each in kept], [each.schema_version for each in kept], [each.body for each in kept])

    def decode_page(self, page: Page) -> list[E]:
        """The events of a page, which must give at least the types in `outdated`."""
        return self._decode(page.types, page.schema_versions, page.bodies)

    @property
    def outdated(self) -> frozenset[str]:
        """Types of which older versions may be stored."""
        return self._upcasters.types

    def _decode(self, types: Sequence[str | None], versions: Sequence[int | None], bodies: Sequence[str]) -> list[E]:
        lifted = self._upcasters.upcast_many(types, versions, bodies)
        return _read(lambda: self._many.validate_python(lifted), lifted)


def _read(validate: Callable[[], D], bodies: Sequence[str]) -> D:
    """What `validate` makes of the bodies. They are looked at one by one only where it fails."""
    try:
        return validate()
    except ValidationError:
        require_known(kind for body in bodies if (kind := _kind_of(body)))
        raise


def _kind_of(body: str) -> tuple[str, int] | None:
    """Type and version as the body says them; None where it is no event's body at all."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    match found:
        case {"type": str(kind), "version": int(version)}:
            return kind, version
        case _:
            return None
