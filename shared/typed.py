"""What a person typed, made the same whichever way it came. A browser counts a line break as one character and sends two (CR, LF); a client on
another system sends LF alone. Every text is counted and kept with LF.
"""

from __future__ import annotations

from pydantic import BeforeValidator


def with_plain_line_breaks(typed: object) -> object:
    """The text with each line break as one LF; anything else than a text is left for the field's own check."""
    return typed.replace("\r\n", "\n").replace("\r", "\n") if isinstance(typed, str) else typed


AS_TYPED = BeforeValidator(with_plain_line_breaks)
"""Written last on the type of a field that a person fills, so that it comes before the limits are counted."""
