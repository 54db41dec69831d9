"""The WhatsApp Cloud API: approved templates only, because a free text may be sent for 24 hours after somebody wrote to us, and nobody does.

The template's body has one place, the organisation; its button one, the path of the link after our origin (docs/channels.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from services.notifications.channels.dug import found_at, text_at
from services.notifications.channels.gateway import Answer, Gateway, Handed, by_status, is_success
from services.notifications.channels.settings import WhatsApp
from services.notifications.channels.short import Short
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome, Why
from shared.phones import PhoneNumber

_NUMBER = frozenset({131021, 131026, 131030, 131045, 131050})
_LATER: Mapping[Why, frozenset[int]] = {
    "gateway-busy": frozenset({4, 80007, 130429, 131048, 131049, 131056}),
    "gateway-fault": frozenset({1, 2, 131000, 131016, 131057}),
    "gateway-refuses-us": frozenset({0, 3, 10, 190, 368, 131005, 131031, 131042, 133010, *range(200, 300)}),
}
_TEMPLATES = range(132000, 133000)


@dataclass(frozen=True, slots=True)
class WhatsAppSender:
    """settings: of the account."""

    settings: WhatsApp
    gateway: Gateway

    async def send(self, number: PhoneNumber, short: Short, now: datetime) -> Handed:
        """Makes one attempt. A repeat cannot be told from a first one there, so an answer that was lost may show the message twice."""
        url = f"{self.settings.url}/{self.settings.phone_number_id}/messages"
        headers = {"authorization": f"Bearer {self.settings.token.get_secret_value()}"}
        answer = await self.gateway.post(url, headers, now, json=self.body(number, short))
        if not isinstance(answer, Answer):
            return Handed(answer)
        if is_success(answer):
            return Handed(Accepted(), text_at(answer.told, "messages.0.id"))
        return Handed(_judged(answer))

    def body(self, number: PhoneNumber, short: Short) -> Mapping[str, Any]:
        """What leaves."""
        path = urlsplit(short.link).path.removeprefix("/")
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": number.e164.removeprefix("+"),
            "type": "template",
            "template": {
                "name": self.settings.templates[short.kind],
                "language": {"code": short.language},
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": short.organisation}]},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": path}]},
                ],
            },
        }


def _judged(answer: Answer) -> Outcome:
    """By the code of the error where there is one; else by the status."""
    code = found_at(answer.told, "error.code")
    if not isinstance(code, int):
        return by_status(answer)
    detail = str(code)
    for why, codes in _LATER.items():
        if code in codes:
            return Later(why, detail, answer.wait_until)
    if code in _NUMBER:
        return Never("number-refused", detail)
    return Never("template-refused", detail) if code in _TEMPLATES else by_status(answer)
