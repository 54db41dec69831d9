"""How somebody can be reached: the addresses that the roster has of them, opened and parsed again, because an earlier release did not parse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.notifications.channels.course import Channel
from services.notifications.domain.outcome import Never
from services.notifications.lanes import Due
from shared.addresses import MailAddress, mail_address
from shared.phones import PhoneNumber, phone_number
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

Address = MailAddress | PhoneNumber


@dataclass(frozen=True, slots=True)
class Reach:
    """addresses: by channel. flaw: why there is no mail address, which is told where there is no other."""

    addresses: Mapping[Channel, Address] = field(default_factory=dict)
    flaw: Never = field(default_factory=lambda: Never("no-address"))


async def reach(vault: Vault, due: Due) -> Reach:
    """Raises: Unavailable."""
    boxes = [Sealed.model_validate(box) for box in (due.email, due.phone) if box]
    opened = iter(await vault.open_many(boxes) if boxes else ())
    email, phone = (next(opened) if box else None for box in (due.email, due.phone))
    mail, flaw = _mail(email)
    return Reach({**mail, **_phone(phone)}, flaw)


def _mail(text: str | Erased | None) -> tuple[Mapping[Channel, Address], Never]:
    if not isinstance(text, str) or not text:
        return {}, Never("no-address")
    address = mail_address(text)
    return ({"mail": address}, Never("no-address")) if isinstance(address, MailAddress) else ({}, Never("not-an-address", address.code))


def _phone(text: str | Erased | None) -> Mapping[Channel, Address]:
    """Only a mobile number takes messages."""
    number = phone_number(text) if isinstance(text, str) and text else None
    return {"whatsapp": number, "sms": number} if isinstance(number, PhoneNumber) and number.takes_text else {}


def is_same(kept: str, address: Address) -> bool:
    """Whether something that the roster has of somebody is this mailbox or this telephone."""
    if isinstance(address, PhoneNumber):
        number = phone_number(kept)
        return isinstance(number, PhoneNumber) and number.e164 == address.e164
    return kept.strip().casefold() == str(address).casefold()
