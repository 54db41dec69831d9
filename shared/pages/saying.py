"""Marks texts of pages that stand in Python, so that their translation is looked for."""

from __future__ import annotations


def say(text: str) -> str:
    """The Indonesian text itself. It is put into the reader's language where it is shown: `{{ error | said }}`."""
    return text
