"""`invite`: an account for somebody, or the way back into theirs. It needs a running district."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import httpx
import segno
import typer

from district.commands.directory import origin
from district.commands.shell import checked, console, show_json, verb
from district.home import find_home
from services.intake.accounts.first_administrator import FirstAdministrator
from services.intake.accounts.inviting import Link
from shared.errors import Unavailable
from shared.pages.moments import Moments
from shared.settings import Settings

_UNTIL = 60
"""Times a second apart that the directory of a district that has just started is asked for."""


@verb
def invite(
    person: Annotated[str, typer.Argument(help="id, or the whole name, of somebody of the roster or of an appointed person")],
    mail: Annotated[bool, typer.Option("--mail", help="to the roster's address; nothing secret is shown here")] = False,
    recover: Annotated[bool, typer.Option("--recover", help="somebody who cannot get in any more: every way in that they have ends")] = False,
    json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Invites somebody: the address and its QR code, for one day and one use."""
    body = {"person": person, "way": "mail" if mail else "paper", "recover": recover}
    headers = find_home().service_headers() | {"idempotency-key": str(uuid4())}
    with httpx.Client(timeout=30, trust_env=False, headers=headers) as client:
        made = checked(client.post(f"{origin()}/intake/api/invitations", json=body))
    if json:
        show_json(made)
    else:
        show_invitation(made["name"], made["address"], datetime.fromisoformat(made["until"]))


def show_invitation(name: str, address: str | None, until: datetime) -> None:
    """Prints an invitation for whoever sits at the terminal. address: None where it is mailed."""
    lines = [f"Undangan untuk {name} / invitation for {name}", f"  berlaku satu kali, sampai {_moment(until)} / holds once, until then"]
    lines += [f"  {address}"] if address else ["  dikirim lewat surel / sent by mail"]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    if address and console.is_terminal:
        segno.make(address, error="l").terminal(out=sys.stdout, border=2, compact=True)


def _moment(until: datetime) -> str:
    zone = os.environ.get("TANGGAP_TIME_ZONE") or str(Settings.model_fields["time_zone"].default)
    return Moments("id", zone).moment(until)


@dataclass
class FirstInvitation:
    """Shown once on the terminal of a district whose administrators have no account. A file that is no terminal gets none: it may be kept."""

    first: FirstAdministrator
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def show(self) -> None:
        """To be called in the service's loop, once it answers."""
        if console.is_terminal:
            asking = asyncio.get_running_loop().create_task(self._show())
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)

    async def _show(self) -> None:
        if link := await self._invited():
            console.print("Belum ada administrator / there is no administrator yet:", markup=False)
            show_invitation("administrator", link.address, link.until)

    async def _invited(self) -> Link | None:
        for _ in range(_UNTIL):
            with suppress(Unavailable):  # the directory is being built
                return await self.first.invited()
            await asyncio.sleep(1)
        return None
