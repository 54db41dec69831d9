"""The frame of the pages of no service. They use intake's sheet and its choice of a language."""

from __future__ import annotations

from pathlib import Path

from shared.pages import Frame

FRAME = Frame("intake", Path(__file__).parent, "Asia/Jakarta")
"""These pages tell no time: the zone matters to none of them."""
