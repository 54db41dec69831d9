"""Shows the pages of the public form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.form.answers import STEPS, Answers, Step
from services.intake.form.drafts import Ticket
from services.intake.form.questions import ABOUT, CATEGORIES, DANGERS
from services.intake.rendering import Pages, empty_addition
from services.intake.views import Directory
from shared.errors import Unavailable
from shared.pages import say
from shared.service import Kernel

FORM = "/intake/lapor"

_NOT_KEPT = say("Isian ini belum tersimpan dan belum terkirim, karena layanan sedang tidak menjawab. Tunggu sebentar, lalu tekan tombol sekali lagi.")
_NO_COOKIES = say(
    "Isian ini belum tersimpan: peramban Anda menolak kuki, atau halaman ini terbuka terlalu lama. Izinkan kuki, lalu tekan tombol sekali lagi. Bila "
    "tidak bisa, ceritakan langsung kepada guru yang Anda percaya."
)

_NEEDS_SCHOOLS: tuple[Step, ...] = ("sekolah", "periksa")


@dataclass(frozen=True, slots=True)
class Showing:
    """Puts answers into the templates of their pages."""

    kernel: Kernel
    directory: Directory

    async def schools_of(self, step: Step) -> Collection[str]:
        """The ids of the schools that may be chosen; none where the page asks for no school. Raises: Unavailable, StillBuilding."""
        return {str(each["school"]) for each in await self._schools(step)}

    async def step(self, request: Request, step: Step, answers: Answers, *, faulty: bool = False) -> HTMLResponse:
        """faulty: says what is wrong with it."""
        schools = await self._schools(step)
        errors = answers.faults(step, {str(each["school"]) for each in schools}) if faulty else {}
        return self._page(request, step, answers, errors, 200, schools)

    async def not_kept(self, request: Request, step: Step, answers: Answers) -> HTMLResponse:
        """The page as it was sent, which could not be kept."""
        return self._page(request, step, answers, {"": _NOT_KEPT}, 503, await self._schools_if_possible(step))

    async def without_cookies(self, request: Request, step: Step, answers: Answers) -> HTMLResponse:
        """The page as it was sent, from a browser that keeps no cookie; it is given another one."""
        page = self._page(request, step, answers, {"": _NO_COOKIES}, 409, await self._schools_if_possible(step))
        Ticket.fresh().give(page)
        return page

    def receipt(self, request: Request, receipt: str) -> HTMLResponse:
        """The receipt, and the form for more words."""
        return Pages(self.kernel).page(request, "form/receipt.html", empty_addition() | {"receipt": receipt})

    def _page(
        self, request: Request, step: Step, answers: Answers, errors: dict[str, str], status: int, schools: Sequence[dict[str, str | None]]
    ) -> HTMLResponse:
        options = {
            "abouts": [(code, told[0]) for code, told in ABOUT.items()],
            "categories": list(CATEGORIES.items()),
            "dangers": list(DANGERS.items()),
            "schools": [(each["school"], ("", "") if each["name"] is None else (each["name"], each["name"])) for each in schools],
        }
        told = {"given": answers, "errors": errors, "place": STEPS.index(step) + 1, "places": len(STEPS), "step": step}
        return Pages(self.kernel).page(request, f"form/{step}.html", options | told, status)

    async def _schools(self, step: Step) -> Sequence[dict[str, str | None]]:
        return await self.directory.schools() if step in _NEEDS_SCHOOLS else []

    async def _schools_if_possible(self, step: Step) -> Sequence[dict[str, str | None]]:
        try:
            return await self._schools(step)
        except Unavailable:
            return []
