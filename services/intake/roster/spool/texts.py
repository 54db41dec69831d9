"""What lies in the spool as text. A half of a character that needs two, as JSON of others may hold, is written by the slower of two ways."""

from __future__ import annotations

import json
from typing import Any

import orjson


def written(told: object) -> str:
    """Lists, mappings, texts and numbers as one text."""
    try:
        return orjson.dumps(told).decode()
    except TypeError:
        return json.dumps(told)


def read(text: str) -> Any:
    """The same again; tuples come back as lists."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
