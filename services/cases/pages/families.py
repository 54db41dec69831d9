"""What was sent home and what came back, as the page of a case shows it: each notice, the guardian's own words, and consents as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.events import GuardianAnswer, NoticeAsks, NoticeOutcome
from shared.pages import Text, say

OUTCOMES: Mapping[NoticeOutcome, Text] = {
    "sent": say("terkirim, belum dijawab"),
    "acknowledged": say("dijawab"),
    "unsafe": say("tidak dikirim: tidak aman dihubungi"),
    "no-contact": say("tidak dikirim: tidak ada alamat"),
    "undeliverable": say("tidak dapat disampaikan"),
    "no-longer-guardian": say("tidak dikirim: bukan lagi orang tua/wali"),
    "unanswered": say("tidak dijawab pada waktunya"),
}
ANSWERS: Mapping[GuardianAnswer, Text] = {
    "read": say("sudah membaca"),
    "words": say("menulis kepada sekolah"),
    "confirmed": say("bersedia pada waktu yang diminta"),
    "another-time": say("meminta waktu lain"),
    "not-for-me": say("pesan itu bukan untuknya"),
    "consented": say("menyetujui"),
    "refused": say("tidak menyetujui"),
    "withdrawn": say("menarik kembali persetujuannya"),
}
CONSENTS: Mapping[NoticeAsks, Text] = {
    "referral-consent": say("alih tangan kasus"),
    "visit-consent": say("kunjungan rumah"),
    "group-consent": say("konseling kelompok"),
}
_WAITS = say("menunggu dikirim")


def families_shown(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """told: of the case, as the reader may see it; empty lists where that says nothing of families."""
    families: Mapping[str, Any] = told.get("families", {})
    return {
        "notices": [{"id": each["notice"], "state": OUTCOMES.get(each["outcome"], _WAITS)} for each in families.get("notices", ())],
        "answers": [_answer(each, names) for each in families.get("answers", ())],
        "consents": [_consent(each, names) for each in families.get("consents", ())],
    }


def _answer(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": told["at"],
        "who": names.get(told["guardian"], ""),
        "said": ANSWERS[told["answer"]],
        "words": told["words"],
        "wish": told["wish"],
        "waits": told["waits"],
    }


def _consent(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": told["at"],
        "who": names.get(told["guardian"], ""),
        "purpose": CONSENTS[told["kind"]],
        "given": told["given"],
        "withdrawn": told["withdrawn"],
    }
