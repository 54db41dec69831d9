"""What kinds of schools are called on screen, by who is responsible for them."""

from __future__ import annotations

from collections.abc import Mapping

from shared.events import SchoolKind
from shared.pages import Text, say

SCHOOL_KINDS: Mapping[SchoolKind, Text] = {
    "regency": say("sekolah kabupaten/kota"),
    "province": say("sekolah provinsi"),
    "kemenag": say("madrasah (Kemenag)"),
}
