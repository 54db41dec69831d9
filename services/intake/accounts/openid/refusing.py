"""What goes wrong when somebody comes from an issuer. Nothing of a token, a code or an address is ever said or logged: only one of these words."""

from __future__ import annotations

from shared.errors import Refused, Unavailable


class NotProved(Refused):
    """why: a fixed word for the log, never shown: whoever forges something learns nothing from it."""

    code = "not-proved"
    status = 400
    indonesian = "Proses masuk ini tidak berlaku atau sudah kedaluwarsa. Mulailah lagi dari halaman masuk."
    english = "This sign-in does not hold, or it took too long. Please begin again on the sign-in page."

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __str__(self) -> str:
        return self.english


class IssuerAway(Unavailable):
    """The issuer does not answer, or not as OpenID Connect says. why: a fixed word for the log."""

    code = "issuer-away"
    title = "The issuer of the account does not answer now"

    def __init__(self, why: str) -> None:
        super().__init__("the issuer of the account does not answer as it should: try again in a moment, or sign in another way")
        self.why = why
