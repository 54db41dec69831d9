"""Trees of JSON with sealed fields in them: each is opened, withheld, or said to be erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from services.cases.reading.summary import MARK, is_sealed
from shared.sealed import Erased, Sealed
from shared.service import Kernel

Tree = TypeVar("Tree", dict[str, Any], list[dict[str, Any]])


async def opened_trees(kernel: Kernel, told: list[Any], may: Sequence[bool]) -> list[Any]:
    """Trees with every sealed field opened, or withheld, with one look at the keys. may: whether the reader reads each of them."""
    boxes = [box for each, mine in zip(told, may, strict=True) if mine for box in _sealed(each)]
    texts = iter(await kernel.vault.open_many(boxes) if boxes else [])
    return [_opened_or_withheld(each, texts if mine else None) for each, mine in zip(told, may, strict=True)]


async def opened_tree(kernel: Kernel, told: Tree) -> Tree:
    """Sealed fields become text, or `{"erased": true}`."""
    opened: list[Tree] = await opened_trees(kernel, [told], [True])
    return opened[0]


def _opened_or_withheld(told: Any, texts: Iterator[str | Erased] | None) -> Any:
    """texts: of its sealed fields, in order; None where they are withheld."""
    return _replaced(told, lambda _: dict(MARK) if texts is None else _shown(next(texts)))


def _shown(text: str | Erased) -> Any:
    return {"erased": True} if isinstance(text, Erased) else text


def _sealed(told: Any) -> Iterator[Sealed]:
    if is_sealed(told):
        yield Sealed.model_validate(told)
    elif isinstance(told, dict):
        for value in told.values():
            yield from _sealed(value)
    elif isinstance(told, list):
        for value in told:
            yield from _sealed(value)


def _replaced(told: Any, shown: Callable[[Any], Any]) -> Any:
    """The same tree with every sealed field replaced, in the order in which `_sealed` finds them."""
    if is_sealed(told):
        return shown(told)
    if isinstance(told, dict):
        return {name: _replaced(value, shown) for name, value in told.items()}
    if isinstance(told, list):
        return [_replaced(value, shown) for value in told]
    return told
