"""What the public form lets somebody choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shared.events import Category, Fact, ReporterKind
from shared.pages import say

About = Literal["self", "child", "other"]

ABOUT: Mapping[About, tuple[str, ReporterKind]] = {
    "self": (say("Saya sendiri"), "student"),
    "child": (say("Anak saya"), "guardian"),
    "other": (say("Murid lain"), "anonymous"),
}
"""What it is called, and who then reports."""

CATEGORIES: Mapping[Category, str] = {
    "bullying": say("Perundungan"),
    "physical-violence": say("Kekerasan fisik"),
    "sexual-violence": say("Kekerasan seksual"),
    "self-harm": say("Menyakiti diri"),
    "suicide": say("Pikiran mengakhiri hidup"),
    "drugs": say("NAPZA"),
    "family": say("Keluarga"),
    "emotional": say("Perasaan"),
    "learning": say("Belajar"),
    "career": say("Karier dan masa depan"),
    "social": say("Pertemanan"),
    "truancy": say("Membolos"),
    "other": say("Lainnya"),
}

DANGERS: Mapping[Fact, str] = {
    "unsafe_now": say("Tidak aman malam ini"),
    "weapon": say("Ada senjata"),
    "injury": say("Ada luka"),
    "suicide_attempt": say("Ada percobaan bunuh diri"),
    "suicide_plan": say("Ada rencana bunuh diri"),
    "missing": say("Tidak diketahui keberadaannya"),
    "likely_harm_soon": say("Kemungkinan segera celaka atau disakiti"),
}
