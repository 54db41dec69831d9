"""The one tree of errors. `shared/web.py` maps it to HTTP problems (RFC 9457) once; nobody else builds an error answer.

    TanggapError
    ├── Refused                  a command that should never have been sent (409); each refusal is a class of its own
    │   └── NotAllowed           the principal may not do this (403)
    │       ├── ProofNeeded      … before proving again who they are
    │       └── SentFromElsewhere  … by a form of another site
    ├── Invalid                  input that cannot be understood (422), with pointers
    │   └── Malformed            not even parsable (400)
    ├── NotFound                 nothing there, or nothing this principal may know of (404)
    ├── NotSignedIn              no valid credentials (401)
    ├── VersionConflict          somebody else was faster (409; 412 where the client named a version)
    ├── IdempotencyMismatch      the same key with another body (422)
    ├── IdempotencyKeyMissing    a machine sent none (400)
    ├── TooLarge                 the body is over the limit (413)
    ├── TooSlow                  the body did not come within its time (408)
    ├── Unavailable              database, keyring, feed or disk does not answer now (503); never counted as a try
    │   ├── StillBuilding        a read model is being built and does not answer yet (503)
    │   └── BehindWrite          a read model has not got what was stored when it was asked (503)
    ├── StartRefused             settings, port, data folder or binaries forbid the start (exit 2)
    └── HistoryBroken            a hash, a link or a version does not fit (exit 1)

Messages name the thing, the place and the mend, and never quote what a person wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class TanggapError(Exception):
    """Everything that goes wrong on purpose. code: its public name, in a problem's `type`: written, never derived, because clients rely on it."""

    code: ClassVar[str] = "tanggap-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"


class Refused(TanggapError):
    """A rule of the domain says no. Subclasses end the sentence: `CaseAlreadyClosed`.

    `indonesian` and `english` are the sentences a person reads.
    """

    code = "refused"
    status = 409
    title = "Refused"
    indonesian: ClassVar[str] = "Tindakan ini tidak dapat dilakukan."
    english: ClassVar[str] = "This cannot be done."

    def __str__(self) -> str:
        return super().__str__() or self.english


class NotAllowed(Refused):
    """The principal has no right to this. Says nothing about whether the thing exists."""

    code = "not-allowed"
    status = 403
    title = "Not allowed"
    indonesian = "Anda tidak berhak melakukan ini."
    english = "You may not do this."


class SentFromElsewhere(NotAllowed):
    """A form came with a session's cookie, and not from a page of ours."""

    code = "sent-from-elsewhere"
    indonesian = "Formulir ini tidak dikirim dari halaman Tanggap, jadi tidak diproses. Buka halaman itu di Tanggap, lalu kirim lagi."
    english = "This form was not sent from a page of Tanggap, so nothing was done. Open the page in Tanggap and send it again."


class ProofNeeded(NotAllowed):
    """Who asks may do this, and has to prove again that it is them: the last proof is older than ten minutes."""

    code = "proof-needed"
    title = "Prove again who you are"
    indonesian = "Buktikan lagi bahwa ini Anda, lalu ulangi: bukti terakhir lebih dari sepuluh menit yang lalu."
    english = "Prove again that it is you, then repeat: the last proof is more than ten minutes old."


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a person reads, in both languages."""

    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (JSON pointer) and what (a stable code). Never the value itself. sentences: for a person, where we have
    some for this code.
    """

    pointer: str
    code: str
    sentences: Sentences | None = None


class Invalid(TanggapError):
    """Understood, but wrong: every fault has a pointer and a code."""

    code = "invalid"
    status = 422
    title = "The input is not valid"

    def __init__(self, *faults: Fault, message: str = "") -> None:
        super().__init__(message or "; ".join(f"{fault.pointer or '/'}: {fault.code}" for fault in faults))
        self.faults = faults


class Malformed(Invalid):
    """Not parsable at all."""

    code = "malformed"
    status = 400
    title = "The input cannot be read"


class NotFound(TanggapError):
    code = "not-found"
    status = 404
    title = "Not found"


class NotSignedIn(TanggapError):
    code = "not-signed-in"
    status = 401
    title = "Sign in first"


class VersionConflict(TanggapError):
    """The stream has moved on. `actual` is its version now."""

    code = "version-conflict"
    status = 409
    title = "Changed meanwhile"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not {expected}: read it again and repeat")
        self.stream, self.expected, self.actual = stream, expected, actual


class PreconditionFailed(VersionConflict):
    """The client's `If-Match` does not fit."""

    code = "precondition-failed"
    status = 412


class VersionNotNamed(TanggapError):
    """A change that names no version: it could undo what it has not seen."""

    code = "version-not-named"
    status = 428
    title = "Say in If-Match which version was read"


class IdempotencyMismatch(TanggapError):
    code = "idempotency-mismatch"
    status = 422
    title = "The idempotency key was used for another body"


class IdempotencyKeyMissing(TanggapError):
    code = "idempotency-key-missing"
    status = 400
    title = "The Idempotency-Key header is missing"


class TooLarge(TanggapError):
    code = "too-large"
    status = 413
    title = "The body is too large"


class TooSlow(TanggapError):
    """The body did not come within its time; nothing was acknowledged."""

    code = "too-slow"
    status = 408
    title = "The body came too slowly"


class Unavailable(TanggapError):
    """Something we stand on does not answer now; nothing was acknowledged, try again. retry_after: seconds that a client should wait."""

    code = "unavailable"
    status = 503
    title = "Not available now"
    retry_after: ClassVar[int] = 2


class LaterRelease(Unavailable):
    """What is stored was written by a later release and is not understood here: a process of that release does it (ADR 72)."""

    code = "later-release"
    title = "Left to a later release"


class StillBuilding(Unavailable):
    """A read model is being built for the first time: a list from it would be half-filled (architecture, decision 18)."""

    code = "still-building"
    title = "This list is still being built"
    retry_after = 5


class BehindWrite(Unavailable):
    """A read model does not yet have what was stored when it was asked: the list would lack what its reader just wrote (decision 18)."""

    code = "behind-write"
    title = "This list is behind"
    retry_after = 1


class StartRefused(TanggapError):
    """The program cannot start; the message says what to change."""

    code = "start-refused"


class HistoryBroken(TanggapError):
    """The recorded history does not fit together; names the first event that does not."""

    code = "history-broken"
