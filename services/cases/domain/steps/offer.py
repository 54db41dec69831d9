"""How a command is offered to a person: what of its body follows from what it is about, and which expected things it brings about.

It stands beside the command's row, for *what is possible next* (architecture, decision 17). No rule stands here: whether a command may be given is
asked of the decider, so a way to give it that is named here and refused there is simply not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar, get_args, get_origin

from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import Command

S_contra = TypeVar("S_contra", contravariant=True)
"""The part of the case that a command is about."""

Value = str | int | bool
Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around the part of the case that a command is about. guardians: of the student, as the roster has them now."""

    about: About
    guardians: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that takes only some values. values: those to ask the decider about, one by one. several: the field takes some of them together."""

    field: str
    values: Sequence[Value]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way to give a command. said: what the decider is asked about. values: of the choice, which are accepted if this is."""

    said: Mapping[str, Value | Sequence[Value]]
    values: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a command beforehand. fields: of its body, with the only value that each can have. tried_with: a value for a field that must
    be said, and of which nothing is known.
    """

    fields: Fields = field(default_factory=dict)
    choice: Choice | None = None
    tried_with: Mapping[str, Sequence[Value]] = field(default_factory=dict)

    @property
    def ways(self) -> Sequence[Way]:
        """Everything to ask the decider about: each value of the choice, or all of them where they go together."""
        choice = self.choice
        if choice is None:
            return (Way({**self.fields, **self.tried_with}),)
        if choice.several:
            return (Way({**self.fields, choice.field: tuple(choice.values)}, choice.values),)
        return [Way({**self.fields, choice.field: value}, (value,)) for value in choice.values]


def _nothing_known(_: object, __: Around) -> Iterable[Known]:
    return (Known(),)


@dataclass(frozen=True, slots=True)
class Offer(Generic[S_contra]):
    """known: once for each thing that the command can be about, from the part of the case where that is.

    meets: codes of expected things that it brings about. towards: codes of those that it leads to, and which stay expected after it.
    """

    known: Callable[[S_contra, Around], Iterable[Known]] = _nothing_known
    meets: frozenset[str] = frozenset()
    towards: frozenset[str] = frozenset()


PLAIN: Offer[object] = Offer()
"""Given on the case, with nothing known of it, and expected by nobody."""


def offered(meets: str = "", known: Callable[[S_contra, Around], Iterable[Known]] = _nothing_known, towards: str = "") -> Offer[S_contra]:
    """meets, towards: codes, with spaces between."""
    return Offer(known, frozenset(meets.split()), frozenset(towards.split()))


def one_of(command: type[Command], name: str) -> Choice:
    """The choice among all values that the type of a command's field has."""
    annotation = command.model_fields[name].annotation
    return Choice(name, get_args(annotation) if get_origin(annotation) is Literal else (False, True))


def guardians(_: object, around: Around) -> Iterable[Known]:
    """One way for each guardian of the student."""
    return [Known({"guardian": each}) for each in around.guardians]
