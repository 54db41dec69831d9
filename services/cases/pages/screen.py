"""What codes of a case are called on screen: the one place for each. Urgency, deadlines and events have theirs in the words files (ADR 15)."""

from __future__ import annotations

from collections.abc import Mapping

from services.cases.domain.case.stage import State
from shared.events import Category, Fact, Urgency
from shared.pages import say

STATES: Mapping[State, str] = {
    "opened": say("baru"),
    "assessed": say("sudah diasesmen"),
    "planned": say("sudah direncanakan"),
    "in-progress": say("dalam penanganan"),
    "waiting": say("menunggu"),
    "merged": say("digabung ke kasus lain"),
    "closed": say("ditutup"),
}

CATEGORIES: Mapping[Category, str] = {
    "bullying": say("perundungan"),
    "physical-violence": say("kekerasan fisik"),
    "psychological-violence": say("kekerasan psikis"),
    "sexual-violence": say("kekerasan seksual"),
    "self-harm": say("menyakiti diri"),
    "suicide": say("pikiran mengakhiri hidup"),
    "threat": say("ancaman"),
    "weapon": say("senjata"),
    "trafficking": say("perdagangan orang"),
    "missing": say("anak hilang"),
    "ongoing-abuse": say("kekerasan yang masih berlangsung"),
    "neglect": say("penelantaran"),
    "drugs": say("NAPZA"),
    "pregnancy": say("kehamilan"),
    "child-marriage": say("perkawinan anak"),
    "medical": say("kesehatan"),
    "emotional": say("perasaan"),
    "family": say("keluarga"),
    "fight": say("perkelahian"),
    "discrimination": say("diskriminasi"),
    "truancy": say("membolos"),
    "learning": say("belajar"),
    "career": say("karier dan masa depan"),
    "quarrel": say("pertengkaran"),
    "social": say("pertemanan"),
    "other": say("lainnya"),
}

FACTS: Mapping[Fact, str] = {
    "weapon": say("ada senjata"),
    "self_harm": say("menyakiti diri"),
    "injury": say("ada luka"),
    "suicide_attempt": say("ada percobaan bunuh diri"),
    "suicide_plan": say("ada rencana bunuh diri"),
    "suicidal_thoughts": say("ada pikiran mengakhiri hidup"),
    "threat_to_kill": say("ada ancaman membunuh"),
    "sexual_violence": say("ada kekerasan seksual"),
    "trafficking": say("ada tanda perdagangan orang"),
    "ongoing_abuse": say("kekerasan masih berlangsung"),
    "unsafe_now": say("tidak aman saat ini"),
    "missing": say("tidak diketahui keberadaannya"),
    "acute_medical": say("butuh pertolongan medis"),
    "intoxicated": say("di bawah pengaruh zat"),
    "repeated": say("berulang"),
    "power_imbalance": say("terlapor lebih berkuasa"),
    "fear": say("merasa takut"),
    "likely_harm_soon": say("kemungkinan segera celaka atau disakiti"),
    "severe": say("termasuk kategori berat"),
}

SAME: Mapping[Fact, Category] = {
    "weapon": "weapon",
    "self_harm": "self-harm",
    "sexual_violence": "sexual-violence",
    "trafficking": "trafficking",
    "ongoing_abuse": "ongoing-abuse",
    "missing": "missing",
}
"""Dangers that say no more than what the concern is about: beside that they are not named again."""

LOUDNESS: Mapping[Urgency, str] = {"emergency": "alarm", "high": "warning", "medium": "", "low": ""}
"""How a level's tag looks; its word says the same."""
