"""The forms of groups, partnerships and consultations: shown, kept while they are written, and given on the road of every command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from services.cases.commands.envelope import Envelope
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import HandOverActivity
from services.cases.domain.strategies.group_steps import HandOverGroup
from services.cases.drafts.answering import Saved, by_script
from services.cases.drafts.kept import Drafts, Place, purpose_for
from services.cases.forms.choosing import Choosing
from services.cases.forms.giving import Giving, Outcome, Sent, typed_in
from services.cases.forms.showing import Showing
from services.cases.forms.wording import Form
from services.cases.without_case.beginning import Beginning
from services.cases.without_case.choices import Choices
from services.cases.without_case.offered import Offering, fixed_of
from services.cases.without_case.opened import Opening, Subject, Thing, place_of
from shared.access import Principal
from shared.errors import NotFound, Refused
from shared.typed import whole_number

MINE = "/cases/kegiatan"
_LONGEST_KEY = 100
_GIVES_AWAY = (HandOverGroup, HandOverActivity)


class NoLongerPossibleHere(Refused):
    code = "no-longer-possible-here"
    indonesian = "Langkah ini tidak (lagi) dapat dilakukan di sini. Kembali ke halamannya untuk melihat langkah yang mungkin."
    english = "This step cannot be taken here (any more). Go back to its page to see what is possible."


@dataclass(frozen=True, slots=True)
class Target:
    """What a form is about. thing: None where it begins one. subject: of a new one, by the envelope that makes its id."""

    kind: str
    school: str
    form: Form
    fixed: Mapping[str, Any]
    thing: Thing | None = None

    @property
    def about(self) -> str:
        return f"{self.kind}-{self.thing.name if self.thing else 'new'}"


@dataclass(frozen=True, slots=True)
class Acting:
    """Shows one form, keeps it, gives it."""

    opening: Opening
    offering: Offering
    beginning: Beginning
    choices: Choices
    choosing: Choosing
    drafts: Drafts
    forms: Mapping[str, Form]

    async def step(self, principal: Principal, kind: str, name: str, called: str) -> Target:
        """Raises: NotFound; NoLongerPossibleHere."""
        form, thing = self._form(called), await self.opening.of(principal, kind, name)
        if form.command not in thing.steps:
            raise NotFound("there is no such step")
        return Target(kind, thing.school, form, fixed_of(thing, form.command), thing)

    def begin(self, request: Request, principal: Principal, called: str) -> Target:
        """Raises: NotFound, NotAllowed."""
        kind, form = self.beginning.kind(called), self._form(called)
        school = self.beginning.school(principal, form.command, request.query_params.get("school", ""))
        return Target(kind, school, form, {"school": school})

    async def empty(self, request: Request, principal: Principal, target: Target) -> Response:
        """The form as it is first shown, or with what the person was writing. Raises: NoLongerPossibleHere."""
        if target.thing and target.form.command not in await self.offering.of(principal, target.thing):
            raise NoLongerPossibleHere
        draft = await self.drafts.find(_draft(principal, target))
        sent = Sent(target.form, draft.typed if draft else {}, target.fixed, draft.key if draft else str(uuid4()), None)
        return await self._page(request, principal, target, sent, Outcome(status=200), draft.saved_at if draft else None)

    async def keep(self, request: Request, principal: Principal, target: Target) -> Response:
        """Saves the draft, or drops it. Raises: Unavailable."""
        sent = await _sent(request, target)
        if "buang" in sent.typed:
            await self.drafts.drop(_draft(principal, target))
            return RedirectResponse(_address(request), 303)
        owner = target.thing.loaded.stream if target.thing else f"{target.about}-{principal.id}"
        at = await self.drafts.save(_draft(principal, target), owner, purpose_for(target.form.command), sent.typed, sent.key)
        if by_script(request):
            return Saved(at, (await self._zone(target)).key).line(request)
        return await self._page(request, principal, target, sent, Outcome(status=200), at)

    async def send(self, request: Request, principal: Principal, target: Target) -> Response:
        """Gives the command; where that fails, the form as it was typed. Raises: NotFound, NotAllowed."""
        sent, made = await _sent(request, target), list[Subject]()

        def subject(envelope: Envelope) -> Subject:
            made.append(target.thing.subject if target.thing else self.beginning.subject(target.kind, envelope))
            return made[-1]

        outcome = await Giving(self.opening.road).give_on(principal, subject, target.about, sent, await self._zone(target))
        if not outcome.saved:
            return await self._page(request, principal, target, sent, outcome)
        await self.drafts.forget(_draft(principal, target))
        return RedirectResponse(_then(target, made[-1]), 303)

    def _form(self, called: str) -> Form:
        form = self.forms.get(called)
        if form is None:
            raise NotFound("there is no such step")
        return form

    async def _zone(self, target: Target) -> ZoneInfo:
        return ZoneInfo((await self.opening.road.calendars.of(target.school)).zone)

    async def _page(
        self, request: Request, principal: Principal, target: Target, sent: Sent, outcome: Outcome, draft_at: datetime | None = None
    ) -> Response:
        known = await self.choices.of(principal, target.school, target.form.command, target.thing)
        showing = Showing(self.choosing, replace(Case(), school=target.school), principal, {}, known=known)
        told = _NOTHING_BESIDE | {
            "form": sent.form,
            "shown": await showing.form(sent.form, sent.fixed, sent.typed, outcome.errors),
            "errors": outcome.errors,
            "notice": outcome.notice,
            "key": str(uuid4()) if outcome.fresh else sent.key,
            "version": target.thing.loaded.version if target.thing else None,
            "back_to": place_of(target.kind, target.thing.name) if target.thing else MINE,
            "address": _address(request),
            "draft_address": _address(request, "/konsep"),
            "draft_at": draft_at,
            "zone": (await self._zone(target)).key,
        }
        return self.opening.road.kernel.frame.page(request, "forms/step.html", told, outcome.status)


_NOTHING_BESIDE: dict[str, object] = {
    "following": None, "follows": [], "possible": True, "still_open": [], "before": [], "student": "", "files": "", "others": [], "meanwhile": [],
}  # fmt: skip
"""What a form of a case shows besides."""


def _address(request: Request, end: str = "") -> str:
    query = urlencode(request.query_params.multi_items())
    return request.url.path.removesuffix("/konsep") + end + (f"?{query}" if query else "")


def _draft(principal: Principal, target: Target) -> Place:
    return Place(principal.id, target.about, target.form.command.called)


async def _sent(request: Request, target: Target) -> Sent:
    async with request.form() as given:
        typed = typed_in(given.multi_items())
    key, version = typed.pop("key", [""])[0], typed.pop("version", [""])[0]
    return Sent(target.form, typed, target.fixed, key[:_LONGEST_KEY] or str(uuid4()), whole_number(version))


def _then(target: Target, subject: Subject) -> str:
    """Its page; whoever gave it away goes to what is still theirs."""
    called: type[Command] = target.form.command
    if called in _GIVES_AWAY:
        return f"{MINE}?tersimpan=1"
    name = subject.stream.removeprefix(f"{target.kind}-")
    return f"{place_of(target.kind, name)}?tersimpan={called.called}"
