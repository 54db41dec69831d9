"""What intake knows of a school: accounts and the roster, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from services.cases.reading.neighbours import told_by
from shared.service import Kernel


class Told(BaseModel):
    """without_account: counsellors and leaders. The others are students."""

    model_config = ConfigDict(extra="ignore")

    students: int
    without_class: int
    without_guardian: int
    without_account: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Asks intake."""

    kernel: Kernel

    async def of(self, school: str) -> Told:
        """Raises: Unavailable: intake does not answer now."""
        return await told_by(self.kernel, "intake", f"schools/{quote(school, safe='')}/readiness", Told)
