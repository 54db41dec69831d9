"""A guardian answers: the counsellor hands over the code, and the words chosen for them are read and answered behind the link of the mail."""

from __future__ import annotations

import json
import re
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx

from district.commands.shell import checked
from district.demo.day import Day

_FORM = re.compile(r'name="form" value="([^"]+)"')


def guardian_answers(day: Day, key: str, guardian: str) -> None:
    """The guardian of this concern's student reads and answers; the counsellor takes the answer up. Nothing where they were not told."""
    case = day.case_of(key)
    notices = _families(day, case)["notices"] if case else ()
    if case is None or not notices or not day.wait(lambda: bool(_links(day)), f"{key}: mail to a guardian"):
        return
    notice, who = notices[0]["notice"], day.counsellor(case)
    body = {"guardian": day.ids(guardian)}
    code = checked(day.client.post(f"{day.stage.origin}/notifications/api/notices/{notice}/code", json=body, headers=who))["code"]
    if any(_answered(link, code) for link in _links(day)):
        day.wait(lambda: _taken_up(day, key), f"{key}: a guardian's answer")


def _links(day: Day) -> list[str]:
    """Of all mails to guardians so far."""
    mails = [json.loads(line)["text"] for line in day.stage.mails.read_text(encoding="utf-8").splitlines()]
    return [word for text in mails for word in _words(text).split() if "/notifications/n/" in word]


def _words(mail: str) -> str:
    """The plain text of a mail; the HTML beside it says the same."""
    body = message_from_string(mail, _class=EmailMessage, policy=default).get_body(("plain",))
    return str(body.get_content()) if isinstance(body, EmailMessage) else ""


def _answered(link: str, code: str) -> bool:
    """Whether the code opened this link, and an answer was given."""
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=30) as phone:
        opened = phone.post(link, data={"code": code})
        form = _FORM.search(opened.text) if opened.is_success else None
        if form is None:
            return False
        said = {"form": form[1], "answer": "words", "words": "Terima kasih, saya datang hari Senin. (fiktif)"}
        return phone.post(f"{link}/jawab", data=said).is_success


def _taken_up(day: Day, key: str) -> bool:
    """Whether the answer has come to the case; it is dealt with then."""
    case = day.case_of(key)
    waiting = [each["reply"] for each in _families(day, case)["answers"] if each["waits"]] if case else []
    for reply in waiting:
        day.do(key, "take-guardian-answer", reply=reply, result="Pertemuan dijadwalkan hari Senin (fiktif).")
    return bool(waiting)


def _families(day: Day, case: dict[str, Any]) -> dict[str, Any]:
    """As the counsellor sees them."""
    told: dict[str, Any] = checked(day.client.get(f"{day.stage.origin}/cases/api/cases/{case['id']}", headers=day.counsellor(case)))["families"]
    return told
