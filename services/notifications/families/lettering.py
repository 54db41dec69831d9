"""A letter with a slip to tear off, for a guardian whom no message reaches: it is printed, handed over, and its slip comes back (ADR 47).

The letter has the guardian's own link, as a message has it, and its words stay behind the second factor.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
import typst

from services.notifications.channels.texts import Language
from services.notifications.domain.notice import LetterNotice, NoticeDue
from services.notifications.domain.preference import PREFERENCE, preference_stream
from services.notifications.families.forbidding import Forbidding
from services.notifications.families.patience import holds_until
from services.notifications.links import Links
from services.notifications.noticing import Notices
from shared.decider import load
from shared.message import Occasion
from shared.service import Kernel

_HERE = Path(__file__).parent
_FONTS = typst.Fonts(include_system_fonts=False)
_FORM = "%d-%m-%Y"


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on the page. number: which the slip repeats; it says nothing. until: when the address stops to open anything."""

    organisation: str
    address: str
    number: str
    until: datetime
    language: Language


@dataclass(frozen=True, slots=True)
class Lettering:
    """Makes letters."""

    kernel: Kernel
    notices: Notices
    links: Links
    forbidding: Forbidding

    async def letter(self, due: NoticeDue, guardian: str, occasion: Occasion) -> bytes:
        """The PDF. That it was made is on record. Raises: NoLetterForThem; Unavailable."""
        unsafe = await self.forbidding.of(due, guardian) is not None
        command = LetterNotice(guardian=guardian, by=occasion.actor, unsafe=unsafe)
        await self.notices.decide(f"notice-{due.notice}", command, occasion)
        now, settings = self.kernel.clock.now(), self.kernel.settings
        until = holds_until(due, now)
        token = await self.links.make(due.notice, guardian, until)
        said = (await load(self.kernel.store, PREFERENCE, preference_stream(guardian))).state
        zone = ZoneInfo(settings.time_zone)
        address = f"{settings.public_origin}/notifications/n/{token}"
        printed = Printed(settings.district, address, slip_number(due.notice), until.astimezone(zone), said.language or "id")
        return await asyncio.to_thread(rendered, printed, now.astimezone(zone))


def slip_number(notice: str) -> str:
    """Four digits with which a slip that comes back is found again."""
    return f"{int.from_bytes(sha256(notice.encode()).digest()[:4]) % 10_000:04d}"


def rendered(printed: Printed, on: datetime) -> bytes:
    """The page."""
    made = typst.Compiler(root=_HERE, font_paths=_FONTS).compile(
        _HERE / "letter.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(_data(printed), ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=datetime.combine(on.date(), time(), UTC),
    )
    assert isinstance(made, bytes)
    return made


def _data(printed: Printed) -> Mapping[str, Any]:
    return {
        "words": _words()[printed.language],
        "language": printed.language,
        "organisation": printed.organisation,
        "address": printed.address,
        "number": printed.number,
        "until": printed.until.strftime(_FORM),
        "picture": _picture(printed.address),
    }


def _picture(address: str) -> str:
    octets = BytesIO()
    segno.make(address, error="m", micro=False).save(octets, kind="svg", border=2)
    return octets.getvalue().decode()


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "letter.toml").read_text(encoding="utf-8"))
