"""The reporter of a quarrel comes back with nothing but the receipt: there will be a knife tomorrow. The case becomes an emergency at once."""

from __future__ import annotations

import time

from district.commands.shell import checked
from district.demo.day import Day

KEY = "harian-16"


def play(day: Day) -> None:
    """Adds to the concern; the counsellor is told, takes the raised case in hand and reads what is new."""
    concern = next((each for each in day.raised if each.key == KEY), None)
    case = day.case_of(KEY)
    if concern is None or case is None or case["state"] == "closed":
        return
    body = {"receipt": concern.receipt, "text": "Besok ia akan membawa pisau ke sekolah (fiktif).", "facts": {"weapon": True}}
    sent = time.monotonic()
    checked(day.client.post(f"{day.stage.origin}/intake/api/additions", json=body, headers={"idempotency-key": f"demo-{KEY}"}))
    if day.wait(lambda: _raised(day), f"{KEY}: an emergency after what its reporter added"):
        day.shown.append((f"{KEY}: keterangan pelapor menjadi darurat / what the reporter added is an emergency", f"{time.monotonic() - sent:.1f} s"))
        day.do(KEY, "acknowledge")
        day.read(case, day.counsellor(case))


def _raised(day: Day) -> bool:
    day.read_cases()
    case = day.case_of(KEY)
    return case is not None and case["urgency"] == "emergency"
