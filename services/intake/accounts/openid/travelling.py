"""Sends browsers to issuers, and lets in who comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts.offered import ACCOUNT, SIGN_IN
from services.intake.accounts.office import NoPlaceNow, WayNotOffered
from services.intake.accounts.openid.client import Returned
from services.intake.accounts.openid.desk import NotInvited, Travelling, Wanted
from services.intake.accounts.openid.refusing import IssuerAway, NotProved
from services.intake.accounts.openid.tokens import Proof
from services.intake.accounts.ways import Ways
from services.intake.domain.account import InvitationNotValid, NoAccount
from services.intake.domain.sign_in_name import NameTaken
from shared.access import Principal
from shared.errors import Refused, Sentences
from shared.leaving import lead_away
from shared.pages import Text

log = structlog.get_logger()

_REFUSALS: tuple[type[Refused], ...] = (NotProved, NotInvited, InvitationNotValid, NameTaken, NoAccount, NoPlaceNow, WayNotOffered)
_STOPPED: tuple[type[Refused | IssuerAway], ...] = (*_REFUSALS, IssuerAway)
_AWAY = Sentences(
    "Penyedia akun itu sedang tidak menjawab. Coba lagi sebentar lagi, atau masuklah dengan cara lain.",
    "The issuer of that account does not answer now. Try again in a moment, or sign in another way.",
)
WHY: Mapping[str, Text] = {IssuerAway.code: _AWAY} | {each.code: Sentences(each.indonesian, each.english) for each in _REFUSALS}
"""What a page says, by the code in its address: the address that an issuer sent the browser to is not shown, and holds no page."""


@dataclass(frozen=True, slots=True)
class Travels:
    """ways: of this district."""

    ways: Ways

    async def depart(
        self, request: Request, issuer: str, wanted: Wanted, wanted_path: str, *, person: str | None = None, invitation: str | None = None
    ) -> Response:
        """Sends a browser off."""
        try:
            address, begun = await self._begun(issuer, wanted, wanted_path, person, invitation)
        except (NotProved, IssuerAway) as error:
            return self._stop(issuer, error)
        answer = lead_away(request, address)
        self.ways.travelling.keep(answer, begun)
        return answer

    async def announce(self, request: Request, issuer: str, person: str) -> Response:
        """Says what linking one more account means, with the link that leads there."""
        try:
            address, begun = await self._begun(issuer, "add", ACCOUNT, person, None)
        except (NotProved, IssuerAway) as error:
            return self._stop(issuer, error)
        told = {"name": self.ways.openid.client(issuer).issuer.name, "address": address, "others": ACCOUNT}
        answer = self.ways.kernel.frame.page(request, "ways/linking.html", told)
        self.ways.travelling.keep(answer, begun)
        return answer

    async def arrive(self, request: Request, issuer: str, who: Principal, returned: Returned) -> Response:
        """Lets in whom the issuer vouches for, or says why not. What was begun is finished in any case."""
        begun = self.ways.travelling.found(request, Travelling)
        try:
            answer = await self._arrived(request, issuer, who, returned, begun)
        except _STOPPED as error:
            answer = self._stop(issuer, error)
        self.ways.travelling.drop(answer)
        return answer

    async def leave(self, request: Request, issuer: str) -> Response:
        """To the issuer's own page for signing out, where it has one."""
        try:
            address = await self.ways.openid.client(issuer).leaving(self.ways.front)
        except (NotProved, IssuerAway) as error:
            return self._stop(issuer, error)
        return lead_away(request, address) if address else RedirectResponse(SIGN_IN, 303)

    def stopped(self, request: Request, why: str) -> Response:
        """The page for who was not let in."""
        return self.ways.kernel.frame.page(request, "ways/stopped.html", {"why": WHY.get(why, WHY[NotProved.code])})

    async def _begun(self, issuer: str, wanted: Wanted, wanted_path: str, person: str | None, invitation: str | None) -> tuple[str, Travelling]:
        address, journey = await self.ways.openid.client(issuer).depart(fresh=wanted == "proof")
        ends = self.ways.travelling.ends()
        return address, Travelling(journey=journey, wanted=wanted, next=wanted_path, person=person, invitation=invitation, ends=ends)

    async def _arrived(self, request: Request, issuer: str, who: Principal, returned: Returned, begun: Travelling | None) -> Response:
        if begun is None:
            raise NotProved("nothing-begun")
        proof = await self.ways.openid.client(issuer).arrive(returned, begun.journey)
        answer = RedirectResponse(begun.next, 303)
        if begun.wanted == "add":
            await self._add(who, proof, begun)
            return answer
        person = await self._person(proof, begun)
        await self.ways.office.enter(request, answer, person, level="two-factor" if proof.two_factor else "single", way="openid")
        return answer

    async def _person(self, proof: Proof, begun: Travelling) -> str:
        """Who is let in. Raises: the refusals."""
        openid = self.ways.openid
        if begun.wanted == "accept" and begun.person and begun.invitation:
            await self.ways.opening.accept(begun.person, begun.invitation, await openid.made(proof, begun.journey))
            return begun.person
        if begun.wanted == "proof" and begun.person:
            await openid.proved(proof, begun.person)
        return await openid.signed_in(proof)

    async def _add(self, who: Principal, proof: Proof, begun: Travelling) -> None:
        """Only for the person who began, in a session of theirs. Raises: NotProved, the refusals."""
        if who.session is None or who.id != begun.person:
            raise NotProved("other-session")
        await self.ways.opening.add(who.id, await self.ways.openid.made(proof, begun.journey), keeping=who.session.id)

    def _stop(self, issuer: str, error: Refused | IssuerAway) -> Response:
        """Leads to the page that says why; the log gets fixed words alone."""
        known = issuer if issuer in self.ways.openid.clients else "-"
        why = error.why if isinstance(error, NotProved | IssuerAway) else error.code
        log.info("openid-refused", issuer=known, why=why)
        return RedirectResponse(f"{SIGN_IN}/terhenti?why={error.code}", 303)
