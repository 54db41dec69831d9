"""HTTP of erasures: asked for by the district's officer or the operator's tools, with a fresh proof; dry runs and receipts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from services.intake.domain.erasure import Erasure, Ground, Hold, Kept, Scope
from services.intake.erasure.asking import Found
from services.intake.erasure.office import ErasureOffice, Wanted
from services.intake.erasure.receipt import Receipt
from services.intake.erasure.retaining import Retaining
from services.intake.erasure.view import Erasures
from shared.access import EVERYWHERE, Principal, SignedIn, require_service
from shared.asking import asked
from shared.errors import NotFound

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ErasureBody(_Body):
    """dry_run: says what would end, and stores nothing."""

    person: Identifier
    ground: Ground = "asked"
    scope: Scope = "everything"
    dry_run: bool = False


class ReceiptBody(_Body):
    """A receipt as somebody holds it."""

    statement: Annotated[str, StringConstraints(max_length=20_000)]
    key: Identifier
    signature: Annotated[str, StringConstraints(max_length=200)]


class ReceiptTold(BaseModel):
    statement: str
    key: str
    signature: str


class ErasureTold(BaseModel):
    """state: would-end, would-be-held (of a dry run), underway, held, completed. ends: purposes of the person's own keys. holds: what forbids it."""

    person: str
    state: str
    ends: list[str] = []
    concerns: int = 0
    cases: int = 0
    kept: list[Kept] = []
    holds: list[Hold] = []
    receipt: ReceiptTold | None = None


async def require_theirs(erasures: Erasures, principal: Principal, person: str) -> None:
    """An officer has the schools of one kind (domain.md, People come and go). The operator's tools have them all, and no other service any.

    Raises: NotFound: not of a school of theirs. NotAllowed.
    """
    if principal.kind == "service":
        require_service(principal, "operator")
        return
    schools, known = principal.schools("district-officer"), await erasures.person(person)
    if schools != EVERYWHERE and (known is None or known.school not in schools):
        raise NotFound("nobody in your schools has this id")


def router(office: ErasureOffice, retaining: Retaining) -> APIRouter:
    """`/intake/api/erasures` and `/intake/api/retention`."""
    routes = APIRouter(prefix="/intake/api", tags=["erasures"])
    erasures = office.inquiry.erasures

    @routes.post("/erasures", summary="A person's data is to end; or, as a dry run, what would end and what forbids it")
    async def request(body: ErasureBody, request: Request, principal: SignedIn) -> ErasureTold:
        await require_theirs(erasures, principal, body.person)
        wanted = Wanted(body.person, body.ground, body.scope, principal.id)
        if body.dry_run:
            return told_of_dry_run(body.person, await office.dry_run(wanted))
        return told(await office.ask(wanted, await asked(request, principal)), office)

    @routes.get("/erasures", summary="Every person's latest erasure, the newest first")
    async def listed(principal: SignedIn, before: AwareDatetime | None = None) -> dict[str, Any]:
        found = await erasures.newest(before)
        return {
            "items": [{name: getattr(each, name) for name in each.__slots__} for each in found if await is_theirs(erasures, principal, each.person)]
        }

    @routes.get("/erasures/{person}", summary="How far a person's erasure is; its signed receipt once it is whole")
    async def one(person: str, principal: SignedIn) -> ErasureTold:
        await require_theirs(erasures, principal, person)
        return told(await office.of(person), office)

    @routes.post("/erasures/receipts/check", summary="Whether this district signed exactly this receipt")
    async def check(body: ReceiptBody, _: SignedIn) -> dict[str, bool]:
        return {"ours": await office.receipts.is_ours(Receipt(body.statement, body.key, body.signature))}

    @routes.get("/retention", summary="What the archive schedule says is over by a day; nothing ends by asking")
    async def over(principal: SignedIn, day: date | None = None) -> dict[str, Any]:
        today = day or office.kernel.clock.now().date()
        return {
            "source": office.inquiry.schedule.source,
            "day": today.isoformat(),
            "items": [
                {"person": each.person, "purposes": each.purposes}
                async for each in retaining.over(today)
                if await is_theirs(erasures, principal, each.person)
            ],
        }

    return routes


async def is_theirs(erasures: Erasures, principal: Principal, person: str) -> bool:
    try:
        await require_theirs(erasures, principal, person)
    except NotFound:
        return False
    return True


def told_of_dry_run(person: str, found: Found) -> ErasureTold:
    return ErasureTold(
        person=person,
        state="would-be-held" if found.holds else "would-end",
        ends=sorted({each.purpose for each in found.keys if each.owner == person}),
        concerns=len(found.concerns),
        cases=len(found.cases),
        kept=list(found.kept),
        holds=list(found.holds),
    )


def told(erasure: Erasure, office: ErasureOffice) -> ErasureTold:
    """Raises: NotFound: nobody asked for it."""
    asked_for, decided, signed = erasure.requested, erasure.decided, office.receipts.of(erasure)
    if asked_for is None:
        raise NotFound("nobody asked for the erasure of this person's data")
    keys = erasure.destroyed.keys if erasure.destroyed else ()
    return ErasureTold(
        person=asked_for.person,
        state="held" if erasure.held else "underway" if erasure.underway else "completed",
        ends=sorted({each.purpose for each in keys if each.owner == asked_for.person}),
        concerns=len(decided.concerns) if decided else 0,
        cases=len(decided.cases) if decided else 0,
        kept=list(decided.kept) if decided else [],
        holds=list(erasure.held.holds) if erasure.held else [],
        receipt=ReceiptTold(statement=signed.statement, key=signed.key, signature=signed.signature) if signed else None,
    )
