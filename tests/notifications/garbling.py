"""Damages what other programs send: a tree of JSON at any of its places, or the bytes of a file."""

import copy
import json
import random
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 10**40, "", " ", "\x00", "\ud800", "\u202e", "x" * 200, "x" * 6_000, "nan", "inf", "1e999",
    "9" * 12, "9" * 30, "2026-02-30", "0000-00-00", [], {}, [[]], [None], {"id": None}, [{"id": ["x"]}], {"": ""}, "Ω漢字",
)  # fmt: skip
"""Values that a reader may not expect where they stand."""

_KEYS = (
    "id",
    "name",
    "services",
    "service",
    "organization",
    "location",
    "phones",
    "attributes",
    "contents",
    "note",
    "output",
    "text",
    "status",
    "x" * 300,
)


def places(told: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value inside."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [at, *(found for key, each in inner for found in places(each, (*at, key)))]


def garbled(chance: random.Random, told: Any) -> Any:
    """The tree with a few places replaced, dropped, doubled, wrapped, renamed or grown into each other."""
    tree = [copy.deepcopy(told)]
    for _ in range(chance.randint(1, 4)):
        known = [each for each in places(tree) if each]
        *above, last = chance.choice(known)
        holder: Any = tree
        for step in above:
            holder = holder[step]
        _change(chance, holder, last, chance.choice(known), tree)
    return tree[0] if tree else None


def _change(chance: random.Random, holder: Any, last: Any, elsewhere: tuple[Any, ...], tree: Any) -> None:
    kind = chance.randrange(6)
    if kind == 0 and holder is not tree:
        del holder[last]
    elif kind == 1:
        holder[last] = [holder[last], copy.deepcopy(holder[last])]
    elif kind == 2:
        holder[last] = {chance.choice(_KEYS): holder[last]}
    elif kind == 3 and isinstance(holder, dict):
        holder[chance.choice(_KEYS)] = holder.pop(last)
    elif kind == 4:
        found: Any = tree
        for step in elsewhere:
            found = found[step]
        holder[last] = copy.deepcopy(found)
    else:
        holder[last] = copy.deepcopy(chance.choice(ODD))


def as_bytes(chance: random.Random, told: Any) -> bytes:
    """As JSON; sometimes in another encoding, with a mark before it, or with bytes lost, turned or written twice."""
    text = json.dumps(told, ensure_ascii=chance.random() < 0.8)
    octets = text.encode(chance.choice(("utf-8",) * 6 + ("utf-8-sig", "utf-16", "utf-32")), "surrogatepass")
    return broken(chance, octets) if chance.random() < 0.25 else octets


def broken(chance: random.Random, octets: bytes) -> bytes:
    """A few places of a file changed, as by a bad line or a full disk."""
    found = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(found) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del found[place : place + chance.randint(1, 40)]
        elif kind == 1:
            found[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
        elif kind == 2:
            found[place:place] = found[place : place + 60]
        elif place < len(found):
            found[place] ^= 1 << chance.randrange(8)
    return bytes(found)
