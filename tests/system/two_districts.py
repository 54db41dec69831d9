"""Two districts on one machine, each with its own three services, stores and secrets, that know each other as partners."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from district.patience import Patient
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from services.notifications.districts.verifying import KIND
from tests.faults.rig import CONSENT, Rig, rig

PATIENT = ",".join(["0.3", "0.5", *["1"] * 60])
"""Seconds between attempts: a minute stands for the days of the real schedule."""


@dataclass
class Two:
    """here: who sends. there: who receives. Each knows the other by a name that is its own."""

    here: Rig
    there: Rig

    def referral(self, concern: str, package: str, *, hands_over: bool = False) -> tuple[str, str]:
        """A case of ours goes to a sent referral to the other district, or goes there with it; the case, and the referral."""
        case = str(self.here.wait_for(lambda: self.here._case_of(concern), "a case"))
        with self._cases(self.here, case) as client:
            for officer in (1, 2):
                client.post("take-over-case", json={"reason": "x"}, headers=self.here.duty(officer)).raise_for_status()
            draft = {"agency": "there", "why": "x", "alternatives": ["lain"], "consent": "given"}
            client.post("draft-referral", json=draft, headers=self.here.duty()).raise_for_status()
            referral = self.case(case)["referrals"][-1]["referral"]
            if hands_over:
                client.post("hand-to-district", json={"referral": referral}, headers=self.here.duty()).raise_for_status()
            client.post("record-consent", json={"referral": referral, **CONSENT}, headers=self.here.duty()).raise_for_status()
            client.post("approve-referral", json={"referral": referral}, headers=self.here.duty(2)).raise_for_status()
            client.post("send-referral", json={"referral": referral, "package": package}, headers=self.here.duty()).raise_for_status()
        return case, referral

    def case(self, case: str) -> dict[str, Any]:
        with self._cases(self.here, case) as client:
            found: dict[str, Any] = client.get("", headers=self.here.duty(), follow_redirects=True).raise_for_status().json()
            return found

    def command(self, case: str, name: str, **body: Any) -> httpx.Response:
        with self._cases(self.here, case) as client:
            return client.post(name, json=body, headers=self.here.duty())

    def history(self, case: str) -> str:
        with self._cases(self.here, case) as client:
            return client.get("history", headers=self.here.duty()).raise_for_status().text

    def moved(self, referral: str) -> list[str]:
        """What the other side did with the referral, as our own history has it."""
        query = "SELECT body::json ->> 'trigger' FROM cases.event WHERE type = 'referral-moved' AND body::json ->> 'referral' = %s ORDER BY position"
        return [trigger for (trigger,) in self.here.sql(query, referral)]

    def failed(self) -> int:
        """How many attempts of ours are to be made again."""
        return int(self.here.sql("SELECT count(*) FROM notifications.attempt WHERE outcome LIKE 'later:%%'")[0][0])

    def arrivals(self) -> list[str]:
        return [arrival for (arrival,) in self.there.sql("SELECT arrival FROM notifications.arrival_v1 ORDER BY announced_at")]

    def page(self, arrival: str = "", who: int = 1) -> str:
        """*Kiriman kabupaten lain* as the duty of the other district sees it."""
        with self._pages(who) as client:
            return client.get(f"/{arrival}" if arrival else "", follow_redirects=True).raise_for_status().text

    def say(self, arrival: str, path: str, **typed: str) -> httpx.Response:
        """A form of that page."""
        form = re.search(r'name="form" value="([^"]*)"', self.page(arrival))
        with self._pages(1) as client:
            return client.post(f"/{arrival}/{path}", data={**({"form": form[1]} if form else {}), **typed})

    def _cases(self, side: Rig, case: str) -> httpx.Client:
        return httpx.Client(base_url=f"{side.deployment.origin('cases')}/cases/api/cases/{case}", transport=Patient())

    def _pages(self, who: int) -> httpx.Client:
        base = f"{self.there.deployment.origin('notifications')}/notifications/kiriman"
        return httpx.Client(base_url=base, transport=Patient(), headers={**self.there.duty(who), "accept": "text/html"})


@contextmanager
def two_districts(folder: Path) -> Iterator[Two]:
    with rig(folder / "here", TANGGAP_RETRY_SECONDS=PATIENT) as here, rig(folder / "there", TANGGAP_RETRY_SECONDS=PATIENT) as there:
        secret = f"whsec_{b64encode(bytes(range(32))).decode()}"
        _introduce(here, "there", there, "here", secret)
        _introduce(there, "here", here, "there", secret)
        yield Two(here, there)


def _introduce(side: Rig, name: str, other: Rig, known_there_as: str, secret: str) -> None:
    """side: learns how the other is called, where it is, and with which keys it signs."""
    keys = httpx.get(f"{other.deployment.origin('notifications')}/notifications/api/districts/keys", trust_env=False).raise_for_status().json()
    endpoint = f"{other.deployment.origin('notifications')}/notifications/api/districts/{known_there_as}/messages"
    body = {"id": name, "name": f"Kabupaten {name}", "kind": KIND, "url": endpoint, "secret": secret}
    with httpx.Client(base_url=f"{side.deployment.origin('notifications')}/notifications/api", trust_env=False, headers=side.service()) as client:
        client.post("/agencies", json=body).raise_for_status()
        client.put(f"/districts/{name}/keys", json=keys).raise_for_status()


def raised(side: Rig) -> str:
    """A concern of one student, acknowledged; its id."""
    (concern,) = asyncio.run(side.load(1))
    return concern


def raised_of_home(side: Rig) -> str:
    """The same, where somebody at home is accused whom the reporter could not name."""
    body = {
        "school": school_id(SOURCE, "smp1"), "students": [{"id": person_id(SOURCE, "smp1-murid-150"), "role": "affected"}], "kind": "incident",
        "categories": ["bullying"], "narrative": "Kenari di rumah", "channel": "api", "reporter": {"kind": "staff"},
        "people": [{"relation": "guardian", "role": "accused"}],
    }  # fmt: skip
    address = f"{side.deployment.origin('intake')}/intake/api/concerns"
    told = httpx.post(address, json=body, headers=side.service() | {"idempotency-key": "of-home"}, trust_env=False).raise_for_status().json()
    return str(told["concern_id"])
