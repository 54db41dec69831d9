"""Finding a value in what a gateway says, by a path such as `messages.0.id`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def found_at(told: object, path: str) -> object:
    """The value at a path; None where there is none. An empty path is the whole."""
    for part in filter(None, path.split(".")):
        match told:
            case Mapping():
                told = told.get(part)
            case Sequence() if not isinstance(told, str | bytes) and part.isascii() and part.isdigit() and int(part) < len(told):
                told = told[int(part)]
            case _:
                return None
    return told


def text_at(told: object, path: str) -> str:
    """The same as text: numbers and truth values as JSON writes them, empty where nothing usable stands there or no path is given."""
    value = found_at(told, path) if path else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
