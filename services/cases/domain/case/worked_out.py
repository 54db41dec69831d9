"""What is worked out of a state's fields once, and kept with it.

It is `functools.cached_property` without its lock: a state never changes, so whoever works it out twice gets the same. Every command asks for these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

V = TypeVar("V")


class WorkedOut(Generic[V]):
    """A property that is asked for again and again."""

    def __init__(self, work_out: Callable[[Any], V]) -> None:
        self.work_out, self.__doc__ = work_out, work_out.__doc__

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, whole: None, _: type) -> WorkedOut[V]: ...
    @overload
    def __get__(self, whole: object, _: type) -> V: ...
    def __get__(self, whole: object | None, _: type) -> WorkedOut[V] | V:
        if whole is None:
            return self
        value = vars(whole)[self._name] = self.work_out(whole)
        return value


worked_out = WorkedOut
"""As a decorator."""
