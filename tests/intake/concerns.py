"""Concerns about known and unknown students, and what is told of them."""

from datetime import UTC, datetime

from services.intake.domain.concern import NamedStudent
from services.intake.domain.concern.events import ConcernReceived
from shared.events import ConcernRaised
from shared.sealed import Sealed

MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)


def sealed(what: str) -> Sealed:
    return Sealed(kid=f"key-{what}", context=f"concern-c1/{what}", box="Ym94")


ANI = NamedStudent(student="ani", school="smp1", role="affected", text=sealed("ani"))
BUDI = NamedStudent(student="budi", school="sma1", role="accused", text=sealed("budi"))
UNKNOWN = NamedStudent(student=None, school="smp1", role="witness", text=sealed("own"), description=sealed("description"))
FIELDS = {
    "concern": "c1", "school": "smp1", "kind": "incident", "categories": ("bullying",), "facts": {"weapon": False, "fear": True},
    "narrative": sealed("narrative"), "students": (ANI,), "people": (), "channel": "web", "reporter_kind": "staff", "reporter": "citra",
    "reply_to": None, "receipt": "ab" * 32, "happened_at": MORNING,
}  # fmt: skip

RECEIVED = ConcernReceived(
    concern="c1",
    school="smp1",
    narrative=sealed("narrative"),
    channel="web",
    reporter_kind="staff",
    reporter="citra",
    reply_to=None,
    receipt="ab" * 32,
)
ABOUT_ANI = ConcernRaised(
    concern="c1", school="smp1", student="ani", role="affected", kind="incident", categories=("bullying",), facts={"weapon": False, "fear": True},
    text=sealed("ani"), channel="web", reporter_kind="staff", reporter="citra", happened_at=MORNING,
)  # fmt: skip
