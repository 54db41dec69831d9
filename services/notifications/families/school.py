"""What the school sees of a notice: what became of it with each guardian, and the code to hand over. For whoever reads the case now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from services.notifications.case_people import KeptPeople, reads, sees
from services.notifications.domain.notice import NOTICE, AnswerNotice, Notice, NoticeDue, RevokeNotice
from services.notifications.domain.preference import PREFERENCE, FamilyChannel, Language, Preference, SetPreference, preference_stream
from services.notifications.families.factors import Factors, in_groups
from services.notifications.families.lettering import Lettering, slip_number
from services.notifications.families.wording import ANSWERED, OUTCOMES, STATES
from services.notifications.noticing import Notices
from services.notifications.reasons import attempt_text
from services.notifications.views import Reader, deliveries
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.asking import asked
from shared.decider import execute, load
from shared.errors import Fault, Invalid, NotFound
from shared.events import GuardianAnswer
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel


class HandOverBody(BaseModel):
    """guardian: whose code. fresh: another one from now on, because somebody else has come to know the old one."""

    model_config = ConfigDict(extra="forbid")

    guardian: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """What a guardian signed on the slip of a letter. form: of this note, so that one sent twice is one."""

    form: UUID
    guardian: str
    answer: GuardianAnswer


@dataclass(frozen=True, slots=True)
class OfSchool:
    """Looks at notices, hands over codes and letters, and notes what a guardian said on paper."""

    kernel: Kernel
    people: KeptPeople
    notices: Notices
    factors: Factors
    outbox: Projection
    lettering: Lettering

    async def notice(self, principal: Principal, notice_id: str) -> tuple[Notice, NoticeDue]:
        """Raises: NotFound: it is not there, or not for this principal."""
        notice = (await load(self.kernel.store, NOTICE, f"notice-{notice_id}")).state
        if notice.due is not None:
            people = (await self.people.of({notice.due.case: notice.due.school}))[notice.due.case]
            if reads(sees(principal, people, self.kernel.clock.now())):
                return notice, notice.due
        raise NotFound("no notice of yours has this id")

    async def told(self, principal: Principal, notice: Notice, due: NoticeDue) -> dict[str, Any]:
        """Each guardian that was chosen, with what became of it. Raises: StillBuilding, BehindWrite."""
        sent = await deliveries(self.outbox, Reader(principal.id, None), due.case)
        guardians = [each for each in (due.guardian, due.second) if each and notice.is_for(each)]
        wanted = {each: (await load(self.kernel.store, PREFERENCE, preference_stream(each))).state for each in guardians}
        return {
            "notice": due.notice,
            "case": due.case,
            "asks": due.asks,
            "about": due.about,
            "meet_at": due.meet_at,
            "not_before": due.not_before,
            "revoked": notice.revoked,
            "guardians": [self._guardian(notice, due, each, sent) | _manner(wanted[each]) for each in guardians],
        }

    def _guardian(self, notice: Notice, due: NoticeDue, guardian: str, sent: Sequence[dict[str, Any]]) -> dict[str, Any]:
        row = next((each for each in sent if each["kind"] == "notice" and each["receiver"] == guardian and each["notice"] == due.notice), None)
        return {
            "guardian": guardian,
            "state": row["state"] if row else "queued",
            "outcome": notice.told.get(guardian),
            "attempts": row["attempts"] if row else [],
            "answer": notice.last.get(guardian),
            "locked": guardian in notice.locked,
            "wrong_tries": notice.wrong.get(guardian, 0),
            "lettered": guardian in notice.lettered,
        }

    async def hand_over(self, principal: Principal, due: NoticeDue, body: HandOverBody, command: Asked | None) -> str:
        """The code. Raises: NotFound: no guardian of this notice. NotAllowed: the student was erased."""
        if body.guardian not in (due.guardian, due.second):
            raise NotFound("the notice is for no such guardian")
        occasion = self.occasion(principal, due, command)
        return await self.factors.hand_over(due, body.guardian, principal.id, occasion, fresh=body.fresh, asked=command)

    async def slip(self, principal: Principal, due: NoticeDue, slip: Slip) -> None:
        """A slip came back, with the guardian's signature. Raises: LinkNotValid: no letter was made. NotAsked."""
        command = AnswerNotice(guardian=slip.guardian, factor="paper", answer_id=str(slip.form), answer=slip.answer)
        occasion = Occasion(principal.id, due.school, self.kernel.clock.now(), slip.form, slip.form)
        await self.notices.decide(f"notice-{due.notice}", command, occasion)

    async def prefer(self, principal: Principal, due: NoticeDue, wanted: SetPreference) -> None:
        """How the guardian wants to be reached from now on. Raises: NotFound: no guardian of this notice."""
        if wanted.person not in (due.guardian, due.second):
            raise NotFound("the notice is for no such guardian")
        stream = preference_stream(wanted.person)
        await execute(self.kernel.store, PREFERENCE, stream, wanted, self.occasion(principal, due, None))

    async def revoke(self, principal: Principal, due: NoticeDue, command: Asked | None) -> None:
        """The links open nothing any more."""
        await self.notices.decide(f"notice-{due.notice}", RevokeNotice(by=principal.id), self.occasion(principal, due, command))

    def occasion(self, principal: Principal, due: NoticeDue, command: Asked | None) -> Occasion:
        """Of something that a member of staff does with the notice. command: what a machine asked, None of a page's button."""
        cause = command.cause if command else uuid4()
        return Occasion(principal.id, due.school, self.kernel.clock.now(), cause, cause)


def _manner(wanted: Preference) -> dict[str, Any]:
    said = wanted.said
    first = said.channels[0] if said and said.channels else ""
    return {"first_channel": first, "language": said.language if said else "id", "shared_phone": bool(said and said.shared_phone)}


def router(kernel: Kernel, of_school: OfSchool) -> APIRouter:
    """The JSON and the pages."""
    routes = APIRouter(prefix="/notifications")
    _add_json(routes, of_school)
    _add_page(routes, kernel, of_school)
    _add_paper(routes, of_school)
    _add_manner(routes, of_school)
    return routes


def _add_json(routes: APIRouter, of_school: OfSchool) -> None:
    @routes.get("/api/notices/{notice_id}", summary="What became of a notice with each guardian", tags=["families"])
    async def one(notice_id: str, principal: SignedIn) -> dict[str, Any]:
        return await of_school.told(principal, *await of_school.notice(principal, notice_id))

    @routes.post("/api/notices/{notice_id}/code", summary="The code to hand over to a guardian; looking at it is recorded", tags=["families"])
    async def code(notice_id: str, body: HandOverBody, request: Request, principal: SignedIn) -> dict[str, str]:
        _, due = await of_school.notice(principal, notice_id)
        return {"guardian": body.guardian, "code": await of_school.hand_over(principal, due, body, await asked(request, principal))}

    @routes.post("/api/notices/{notice_id}/revoke", summary="The links of a notice open nothing any more", tags=["families"])
    async def revoke(notice_id: str, request: Request, principal: SignedIn) -> dict[str, Any]:
        _, due = await of_school.notice(principal, notice_id)
        await of_school.revoke(principal, due, await asked(request, principal))
        return {"notice": notice_id, "revoked": True}


_Field = Annotated[str, Form(max_length=200)]
_ON_PAPER: Mapping[str, GuardianAnswer] = {"read": "read", "confirmed": "confirmed", "another-time": "another-time"}
_CHANNELS: Mapping[str, FamilyChannel] = {"mail": "mail", "whatsapp": "whatsapp", "sms": "sms"}


def _add_page(routes: APIRouter, kernel: Kernel, of_school: OfSchool) -> None:
    async def page(request: Request, principal: Principal, notice_id: str, code: Sequence[str], whose: str) -> HTMLResponse:
        told = await of_school.told(principal, *await of_school.notice(principal, notice_id))
        words = {"states": STATES, "outcomes": OUTCOMES, "attempt_text": attempt_text, "answers": ANSWERED, "zone": kernel.settings.time_zone}
        here = {"code": code, "whose": whose, "form": str(uuid4())}
        return kernel.frame.page(request, "families/notice.html", told | words | here)

    @routes.get("/keluarga/{notice_id}", include_in_schema=False)
    async def look(notice_id: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await page(request, principal, notice_id, (), "")

    @routes.post("/keluarga/{notice_id}/kode", include_in_schema=False)
    async def code(notice_id: str, request: Request, principal: SignedIn, guardian: _Field = "", fresh: _Field = "") -> HTMLResponse:
        _, due = await of_school.notice(principal, notice_id)
        body = HandOverBody(guardian=guardian, fresh=bool(fresh))
        shown = await of_school.hand_over(principal, due, body, None)
        return await page(request, principal, notice_id, in_groups(shown), guardian)


def _add_paper(routes: APIRouter, of_school: OfSchool) -> None:
    """The letter, and the slip that came back with an answer."""

    @routes.post("/keluarga/{notice_id}/surat", include_in_schema=False)
    async def letter(notice_id: str, principal: SignedIn, guardian: _Field = "") -> Response:
        _, due = await of_school.notice(principal, notice_id)
        made = await of_school.lettering.letter(due, guardian, of_school.occasion(principal, due, None))
        named = f'attachment; filename="surat-{slip_number(due.notice)}.pdf"'
        return Response(made, media_type="application/pdf", headers={"content-disposition": named, "cache-control": "no-store"})

    @routes.post("/keluarga/{notice_id}/lembar", include_in_schema=False)
    async def slip(notice_id: str, principal: SignedIn, guardian: _Field = "", answer: _Field = "", form: _Field = "") -> Response:
        _, due = await of_school.notice(principal, notice_id)
        if answer not in _ON_PAPER:
            raise Invalid(Fault("/answer", "unknown-answer"))
        noted = derived_id(TANGGAP, "slip", notice_id, principal.id, guardian, answer, form or uuid4())
        await of_school.slip(principal, due, Slip(noted, guardian, _ON_PAPER[answer]))
        return _back_to(notice_id)


def _add_manner(routes: APIRouter, of_school: OfSchool) -> None:
    """How a guardian wants to be told, and that a notice's links end."""

    @routes.post("/keluarga/{notice_id}/cara", include_in_schema=False)
    async def manner(
        notice_id: str, principal: SignedIn, guardian: _Field = "", channel: _Field = "", language: _Field = "id", shared: _Field = ""
    ) -> Response:
        _, due = await of_school.notice(principal, notice_id)
        first = (_CHANNELS[channel],) if channel in _CHANNELS else ()
        spoken: Language = "en" if language == "en" else "id"
        wanted = SetPreference(person=guardian, channels=first, language=spoken, shared_phone=bool(shared), by=principal.id)
        await of_school.prefer(principal, due, wanted)
        return _back_to(notice_id)

    @routes.post("/keluarga/{notice_id}/cabut", include_in_schema=False)
    async def revoke(notice_id: str, principal: SignedIn) -> Response:
        _, due = await of_school.notice(principal, notice_id)
        await of_school.revoke(principal, due, None)
        return _back_to(notice_id)


def _back_to(notice_id: str) -> RedirectResponse:
    return RedirectResponse(f"/notifications/keluarga/{notice_id}", 303)
