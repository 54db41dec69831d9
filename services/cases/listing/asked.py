"""What somebody asks of the list of cases: it stands in the address, so that whoever comes back finds the same place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from services.cases.reading.case_list import Filters
from services.cases.reading.sorted_cases import ORDERS, Order
from shared.pages import Text, say

Standing = Literal["berjalan", "selesai"]
STANDINGS: Mapping[Standing, Text] = {"berjalan": say("berjalan"), "selesai": say("selesai")}
ORDER_NAMES: Mapping[Order, Text] = {
    "mendesak": say("yang mendesak dan belum diterima dahulu"),
    "terbaru": say("yang terbaru dahulu"),
    "terlama": say("yang terlama dahulu"),
    "tingkat": say("menurut tingkat"),
    "berubah": say("yang terakhir berubah dahulu"),
}
LAST_PAGE = 200
"""Whoever turns that many pages is better served by a filter."""


class AskedOfList(BaseModel):
    """What stands behind the question mark. petugas: who has the case; tingkat: how urgent; sekolah: where; halaman: which page.

    A value that is not known counts as left out.
    """

    petugas: str = Field("", max_length=200)
    tingkat: str = Field("", max_length=20)
    keadaan: str = Field("", max_length=20)
    sekolah: str = Field("", max_length=200)
    urut: str = Field("", max_length=20)
    halaman: int = Field(1, ge=1, le=LAST_PAGE)

    @property
    def order(self) -> Order:
        """What is urgent and nobody has taken first, as on the first page, where nothing else is said."""
        return next((each for each in ORDERS if each == self.urut), "mendesak")

    @property
    def open(self) -> bool | None:
        """Whether open or ended cases are asked for; a holder's and a level's are those that are open."""
        match self.keadaan:
            case "berjalan":
                return True
            case "selesai":
                return False
            case _:
                return True if self.petugas or self.tingkat else None

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.petugas or self.tingkat or self.sekolah or self.open is not None)

    @property
    def filters(self) -> Filters:
        """As the read model takes them."""
        return Filters(holder=self.petugas or None, urgency=self.tingkat or None, school=self.sekolah or None, open=self.open)

    def address(self, path: str, **changed: str | int) -> str:
        """The same question to another page. changed: what is asked otherwise."""
        told = self.model_dump(exclude_defaults=True) | changed
        return f"{path}?{urlencode(told)}" if told else path
