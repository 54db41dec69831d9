"""A mail shows the same words with and without HTML, and its HTML fetches nothing (ADR 54)."""

import re
from html import unescape

import pytest

from services.notifications.senders.html import as_html
from services.notifications.senders.mail import agency_notice, appointment_cancelled, guardian_notice, staff_alert
from shared.addresses import MailAddress

LINK = "https://kota.contoh.id/notifications/n/0123-abc"
TO = MailAddress("penerima", "contoh.id")
MAILS = [
    staff_alert("t@contoh.id", TO, ["a"], [LINK], None),
    staff_alert("t@contoh.id", TO, ["a", "b"], [LINK, f"{LINK}x"], None),
    staff_alert("t@contoh.id", TO, ["a"], [LINK], f"{LINK}/take"),
    guardian_notice("t@contoh.id", TO, "a", LINK),
    agency_notice("t@contoh.id", TO, "a", LINK),
    appointment_cancelled("t@contoh.id", TO, "a"),
]


def parts(mail):
    return {each.get_content_type(): each.get_payload(decode=True).decode("ascii") for each in mail.walk() if not each.is_multipart()}


def shown(html):
    """What a person sees of it."""
    body = html.split("<body>")[1]
    return unescape(re.sub(r"<[^>]+>", "", body.replace("</p>", "\n"))).split()


@pytest.mark.parametrize("mail", MAILS)
def test_both_parts_say_the_same_and_the_plain_one_comes_first(mail):
    told = parts(mail)
    assert list(told) == ["text/plain", "text/html"]
    assert shown(told["text/html"]) == told["text/plain"].split()
    assert re.findall(r'href="([^"]+)"', told["text/html"]) == re.findall(r"https?://[\w./-]*[\w/-]", told["text/plain"])


@pytest.mark.parametrize("mail", MAILS)
def test_no_html_has_a_style_a_script_a_picture_or_anything_to_fetch(mail):
    found = set(re.findall(r"<([a-z]+)", parts(mail)["text/html"]))
    assert found <= {"html", "head", "title", "body", "p", "br", "a"}
    assert "src=" not in parts(mail)["text/html"]


def test_signs_of_html_in_words_are_words():
    told = as_html("a < b", 'x <script>1</script> "& https://contoh.id/a?b=1&c="> y')
    assert "<script>" not in told
    assert shown(told) == ["x", "<script>1</script>", '"&', 'https://contoh.id/a?b=1&c=">', "y"]


def test_a_full_stop_after_a_link_does_not_belong_to_it():
    assert f'<a href="{LINK}">{LINK}</a>.' in as_html("s", f"Buka {LINK}.")
