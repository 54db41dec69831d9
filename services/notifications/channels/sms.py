"""SMS by a gateway over HTTP that a settings file describes: how it is called, and how its answer is read. No vendor stands here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.channels.dug import text_at
from services.notifications.channels.gateway import Answer, Gateway, Handed, by_status, is_success
from services.notifications.channels.settings import Sms
from services.notifications.channels.short import Short
from services.notifications.domain.outcome import Accepted, Later, Never
from shared.phones import PhoneNumber

_PLACE = re.compile(r"\{(to|digits|text|id|secret)\}")


@dataclass(frozen=True, slots=True)
class SmsSender:
    """settings: the description."""

    settings: Sms
    gateway: Gateway

    async def send(self, number: PhoneNumber, short: Short, now: datetime) -> Handed:
        """Makes one attempt. A gateway that knows `{id}` sends a repeat once."""
        headers, body = self._filled(self.settings.headers, number, short), self._filled(self.settings.body, number, short)
        if self.settings.format == "form":
            answer = await self.gateway.post(self.settings.url, headers, now, form=body)
        else:
            answer = await self.gateway.post(self.settings.url, headers, now, json=body)
        return self._judged(answer) if isinstance(answer, Answer) else Handed(answer)

    def _filled(self, templates: Mapping[str, str], number: PhoneNumber, short: Short) -> dict[str, str]:
        values = {
            "to": number.e164,
            "digits": number.e164.removeprefix("+"),
            "text": short.text,
            "id": short.identifier,
            "secret": self.settings.secret.get_secret_value(),
        }
        return {name: _PLACE.sub(lambda found: values[found.group(1)], template) for name, template in templates.items()}

    def _judged(self, answer: Answer) -> Handed:
        """Its words come before its status: many gateways answer 200 and mean no."""
        code = text_at(answer.told, self.settings.code)
        if code and code in self.settings.never:
            return Handed(Never("number-refused", code[:40]))
        if code and code in self.settings.later:
            return Handed(Later("gateway-busy", code[:40], answer.wait_until))
        if not is_success(answer):
            return Handed(by_status(answer))
        if self.settings.accepted and code not in self.settings.accepted:
            return Handed(Never("gateway-refused"))
        return Handed(Accepted(), text_at(answer.told, self.settings.reference))
