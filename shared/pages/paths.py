"""Where a browser may be sent: our own pages only."""

from __future__ import annotations

import re
from urllib.parse import unquote

_OURS = re.compile(r"/(?:intake|cases|notifications)(?:/[\x21-\x5b\x5d-\x7e]*)?")
"""Printable ASCII without space and backslash, below one of our prefixes."""


def path_of_ours(told: object) -> str | None:
    """The path as it was told, if it is one of a service's at this origin; otherwise None.

    A browser takes a backslash for a slash, drops control characters, follows `..`, and reads `//` as another host.
    """
    if not isinstance(told, str) or not _OURS.fullmatch(told):
        return None
    path = unquote(told.partition("?")[0].partition("#")[0])
    return told if _OURS.fullmatch(path) and ".." not in path.split("/") else None
