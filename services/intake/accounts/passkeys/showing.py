"""What the pages of passkeys show, and what follows an answer of a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts.new_ways import NewWay
from services.intake.accounts.offered import SIGN_IN, query
from services.intake.accounts.passkeys.ceremonies import PasskeyNotProved
from services.intake.accounts.passkeys.desk import Asked, Challenged, Passkeys
from services.intake.accounts.ways import Ways
from shared.errors import Sentences
from shared.pages import Text

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PasskeyPages:
    """ways: of this district."""

    ways: Ways

    async def ask(self, request: Request, person: str | None, wanted: str, errors: dict[str, Text] | None = None) -> Response:
        """Asks for a passkey. person: who proves themselves again; None to sign in."""
        others = f"{SIGN_IN}{query(wanted, again=person is not None)}"
        passkeys = self.ways.passkeys
        if isinstance(passkeys, Sentences) or _by_number(request, passkeys):
            return self._off(request, others)
        asked = await passkeys.ask_again(person) if person else passkeys.ask()
        told: dict[str, object] = {"options": asked.options, "next": wanted, "again": person is not None, "others": others, "errors": errors or {}}
        return self._given(request, "ways/passkey.html", told, asked, passkeys)

    async def sign_in(self, request: Request, answer: str, wanted: str) -> Response:
        """Lets somebody in, or asks once more."""
        passkeys = self._usable()
        begun = passkeys.underway.found(request, Challenged)
        again = begun.person if begun else None
        try:
            if again:
                await passkeys.proved(begun, again, answer)
            person = again or await passkeys.signed_in(begun, answer)
        except PasskeyNotProved as refused:
            return await self.ask(request, again, wanted, _noted(refused))
        return await self.entered(request, person, wanted)

    async def entered(self, request: Request, person: str, wanted: str) -> Response:
        """The person is in, and goes where they wanted."""
        answer = RedirectResponse(wanted, 303)
        self._usable().underway.drop(answer)
        await self.ways.office.enter(request, answer, person, level="two-factor", way="passkey")
        return answer

    async def ask_to_make(self, request: Request, person: str, errors: dict[str, Text] | None = None, name: str = "") -> Response:
        """Asks the device to make a passkey."""
        passkeys, others = self.ways.passkeys, request.url.path.removesuffix("/passkey")
        if isinstance(passkeys, Sentences) or _by_number(request, passkeys):
            return self._off(request, others)
        asked = await passkeys.ask_to_make(person, await self.ways.office.name_of(person) or "Tanggap")
        told: dict[str, object] = {"options": asked.options, "name": name, "others": others, "errors": errors or {}}
        return self._given(request, "ways/new_passkey.html", told, asked, passkeys)

    async def made(self, request: Request, person: str, answer: str, name: str) -> NewWay | Response:
        """The passkey, or the page that asks once more."""
        passkeys, named = self._usable(), " ".join(name.split())
        try:
            return await passkeys.made(passkeys.underway.found(request, Challenged), person, answer, named or "Passkey")
        except PasskeyNotProved as refused:
            return await self.ask_to_make(request, person, _noted(refused), name)

    def _usable(self) -> Passkeys:
        """Raises: PasskeyNotProved: passkeys do not work here."""
        if isinstance(self.ways.passkeys, Sentences):
            raise PasskeyNotProved("off")
        return self.ways.passkeys

    def _off(self, request: Request, others: str) -> Response:
        off = self.ways.passkeys
        elsewhere = "" if isinstance(off, Sentences) else f"{off.party.origin}{_asked(request)}"
        told = {"why": off if isinstance(off, Sentences) else None, "elsewhere": elsewhere, "others": others}
        return self.ways.kernel.frame.page(request, "ways/off.html", told)

    def _given(self, request: Request, template: str, told: Mapping[str, object], asked: Asked, passkeys: Passkeys) -> Response:
        answer = self.ways.kernel.frame.page(request, template, told, 400 if told["errors"] else 200)
        passkeys.underway.keep(answer, asked.begun)
        return answer


def _noted(refused: PasskeyNotProved) -> dict[str, Text]:
    """What the page says; the log gets a fixed word."""
    log.info("passkey-refused", why=refused.why)
    return {"": Sentences(refused.indonesian, refused.english)}


def _by_number(request: Request, passkeys: Passkeys) -> bool:
    """This machine, asked for by its number: browsers take passkeys there under its name alone."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return passkeys.party.id == "localhost" and host != "localhost"


def _asked(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
