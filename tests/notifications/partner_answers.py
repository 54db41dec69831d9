"""What an agency says behind its link, and what the task keeps of it."""

import json

import httpx

from tests.notifications.family import form_id
from tests.notifications.partner import Partner


async def moves(partner: Partner) -> list[tuple[str, str, str]]:
    """Trigger, state and channel of each transition."""
    told = [json.loads(event.body) for event in await partner.running.told("task-moved")]
    return [(each["trigger"], each["state"], each["channel"]) for each in told]


async def openings(partner: Partner) -> list[str]:
    return [json.loads(event.body)["by"] for event in await partner.running.told("package-opened")]


async def say(phone: httpx.AsyncClient, link: str, answer: str, **more: str) -> httpx.Response:
    page = await phone.get(link)
    return await phone.post(f"{link}/jawab", data={"form": form_id(page), "answer": answer, **more})
