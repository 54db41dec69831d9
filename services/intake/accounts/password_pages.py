"""The form for a password with its one-time code, wherever it stands, and the page with the recovery codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.accounts import codes
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.saying import FLAWS
from services.intake.accounts.setting_up import Draft, Prepared, Typed
from shared.message import Occasion
from shared.pages.languages import Text

_GROUP = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with the form. box: the hidden field."""

    box: str
    name: str
    password: str
    code: str


@dataclass(frozen=True, slots=True)
class Read:
    """The form, read. draft: None where the hidden field is not the person's, or too old. flaws: what is wrong, by field."""

    draft: Draft | None = None
    typed: Typed = field(default_factory=lambda: Typed("", "", ""))
    flaws: Mapping[str, Text] = field(default_factory=dict)

    def saying(self, flaws: Mapping[str, Text]) -> Read:
        """The same with other flaws."""
        return replace(self, flaws=flaws)


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """Shows and reads the form."""

    office: AccountOffice

    async def page(
        self, request: Request, template: str, person: str, about: Mapping[str, object], read: Read | None = None, status: int = 200
    ) -> HTMLResponse:
        """The form with its picture; with what was typed, apart from secrets. A draft that is still good stays: the telephone knows it already."""
        read = read or Read()
        setting_up, settings = self.office.setting_up, self.office.kernel.settings
        draft = read.draft or setting_up.draft()
        address = codes.address_of(draft.seed, read.typed.name or settings.district, f"Tanggap {settings.district}".removesuffix(" Tanggap"))
        told = {
            "box": await setting_up.boxed(person, draft),
            "picture": codes.picture_of(address),
            "key": " ".join(draft.seed[place : place + _GROUP] for place in range(0, len(draft.seed), _GROUP)),
            "name": read.typed.name,
            "errors": read.flaws,
        }
        return self.office.kernel.frame.page(request, template, {**about, **told}, status)

    async def read(self, person: str, sent: Sent) -> Read:
        """What was sent and what is wrong with it. Raises: SignInBusy, Unavailable."""
        draft, typed = await self.office.setting_up.opened(person, sent.box), Typed(sent.name, sent.password, sent.code)
        own = (await self.office.name_of(person),)
        flaws = await self.office.setting_up.flaws(draft, typed, own)
        return Read(draft, typed, {place: FLAWS[flaw] for place, flaw in flaws.items()})

    async def sent_before(self, request: Request, person: str | None, sent: Sent) -> HTMLResponse | None:
        """The same form was sent a moment ago, as by a double click: its result once more, and no second session. None where it is new.

        Raises: SignInBusy, Unavailable.
        """
        draft = await self.office.setting_up.opened(person, sent.box) if person else None
        if person is None or draft is None or not (await self.office.accounts.of(person)).verifies(draft.password):
            return None
        kept = await self.office.accounts.verifiers.find(person, draft.password)
        return self.codes_page(request, draft.codes) if await self.office.hashing.matches(sent.password, kept.text if kept else None) else None

    async def prepared(self, person: str, read: Read) -> Prepared:
        """What a form without flaws makes. Raises: NotAllowed, SignInBusy, Unavailable."""
        assert read.draft is not None
        return await self.office.setting_up.prepared(person, read.draft, read.typed)

    def codes_page(self, request: Request, told: tuple[str, ...]) -> HTMLResponse:
        """The recovery codes, shown this once."""
        return self.office.kernel.frame.page(request, "accounts/codes.html", {"codes": told}, 201)

    def occasion(self, person: str) -> Occasion:
        """Whoever holds the account acts."""
        return occasion_of(person, self.office.kernel.clock)
