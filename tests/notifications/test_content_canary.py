"""No value of a case is in any byte that leaves: the templates have no place for one, and what is made is looked at again before it leaves."""

import json
import re
from random import Random
from uuid import UUID

import pytest

from services.notifications.channels.gateway import Gateway
from services.notifications.channels.settings import read_channels
from services.notifications.channels.short import Short
from services.notifications.channels.sms import SmsSender
from services.notifications.channels.texts import PLACEHOLDERS, Gate, Kind, Language, places, words
from services.notifications.channels.whatsapp import WhatsAppSender
from services.notifications.senders.mail import guardian_notice, staff_alert
from shared.addresses import MailAddress, mail_address
from shared.phones import PhoneNumber
from tests.notifications.telephones import written

LANGUAGES: tuple[Language, ...] = ("id", "en")
ORIGIN, ORGANISATION = "https://tanggap.example.id", "Dinas Pendidikan Contoh"
GATE = Gate(ORIGIN, ORGANISATION)
FORBIDDEN = {
    "id": r"\b(bk|konsel\w*|psikolog\w*|polisi|murid|siswa|anak|kelas|kasus|rujuk\w*|lembaga|kekerasan|perundungan|bully\w*|nisn|nik|lapor\w*|visum)\b",
    "en": r"\b(counsel\w*|psycholog\w*|police|student|pupil|child\w*|class|case|referr\w*|agency|violence|bully\w*|abuse|report\w*|harm\w*)\b",
}


TO_PEOPLE: tuple[Kind, ...] = ("alert", "emergency", "guardian")
"""Whom a word of the field would tell something. An agency's own office may read that it is one."""


def templates(*kinds: str) -> list[str]:
    told = [each for kind, each in words().items() if kind in (kinds or words())]
    return [text for each in told for text in (each.subject, each.text, *each.short.values())]


@pytest.mark.parametrize("template", templates())
def test_a_template_lets_only_organisation_code_and_link_through(template):
    assert places(template) <= PLACEHOLDERS
    assert not re.search(r"\{(?![a-z]+\})|(?<![a-z])\}", template)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("template", templates(*TO_PEOPLE))
def test_a_template_has_no_word_that_says_what_it_is_about(template, language):
    assert re.findall(FORBIDDEN[language], template, re.IGNORECASE) == []


def test_every_kind_says_the_same_in_both_languages():
    for kind in TO_PEOPLE:
        each = words()[kind]
        assert set(each.short) == {"id", "en"}, kind
        assert places(each.short["id"]) == places(each.short["en"]), kind


def test_a_short_message_fits_into_one_sms():
    """160 letters of GSM-7 with the longest name and link."""
    link = f"{ORIGIN}/notifications/n/{'0' * 32}"
    for kind, each in words().items():
        for language in each.short:
            text = Short(kind, language, ORGANISATION, link, "x").text
            assert len(text) <= 2 * 153, (kind, language)
            assert text.isascii(), (kind, language)


class Case:
    """Made-up values of one case, as sending has them or might come to have them."""

    def __init__(self, number: int) -> None:
        random = Random(number)
        self.id, self.receiver, self.alert = (str(UUID(int=random.getrandbits(128))) for _ in range(3))
        self.student, self.school, self.guardian = (str(UUID(int=random.getrandbits(128))) for _ in range(3))
        self.name = f"Zq{random.getrandbits(40):x}"
        self.story = f"cerita-{random.getrandbits(64):x}"
        self.nisn = f"{random.randrange(10**9, 10**10)}"
        self.link = f"{ORIGIN}/notifications/n/{random.getrandbits(128):032x}"
        self.number = PhoneNumber(f"+62812{random.randrange(10**7, 10**8)}", takes_text=True)

    @property
    def values(self) -> list[str]:
        return [self.student, self.school, self.guardian, self.receiver, self.name, self.story, self.nisn]


def every_message(case: Case, whatsapp: WhatsAppSender, sms: SmsSender):
    """Of each channel and kind, as bytes on the wire, with the texts in it."""
    address = mail_address("penerima@contoh.id")
    assert isinstance(address, MailAddress)
    link = f"{ORIGIN}/cases/cases/{case.id}"
    mails = [
        staff_alert("tanggap@contoh.id", address, [case.alert], [link], None),
        staff_alert("tanggap@contoh.id", address, [case.alert, case.id], [link, f"{link}x"], None),
        staff_alert("tanggap@contoh.id", address, [case.alert], [link], case.link),
        guardian_notice("tanggap@contoh.id", address, case.alert, case.link),
    ]
    for mail in mails:
        parts = [str(part.get_payload()) for part in mail.walk() if part.get_content_type() == "text/plain"]
        yield mail.as_bytes(), [mail["Subject"], *parts]
    for kind in TO_PEOPLE:
        for language in LANGUAGES:
            short = Short(kind, language, ORGANISATION, case.link, case.alert)
            yield json.dumps(whatsapp.body(case.number, short)).encode(), [short.text]
            yield json.dumps(sms._filled(sms.settings.body, case.number, short)).encode(), [short.text]


@pytest.mark.parametrize("cases", [range(32), pytest.param(range(32, 640), marks=pytest.mark.thorough)])
def test_no_value_of_a_case_is_in_any_byte_of_any_channel(cases, tmp_path):
    """Sixteen messages for each case: 500 in the short run, 10,000 in the long one."""
    channels = read_channels(written(tmp_path, 9, ("mail",), ("mail",)))
    assert channels.whatsapp and channels.sms
    whatsapp, sms = WhatsAppSender(channels.whatsapp, Gateway()), SmsSender(channels.sms, Gateway())
    made = 0
    for number in cases:
        case = Case(number)
        for octets, texts in every_message(case, whatsapp, sms):
            made += 1
            assert [value for value in case.values if value.encode() in octets] == []
            assert all(GATE.passes(text) for text in texts), texts
    assert made == 16 * len(cases)


@pytest.mark.parametrize(
    "text",
    [
        "Dinas Pendidikan Contoh: ada pesan untuk Anda dari sekolah tentang Rani. Buka https://tanggap.example.id/x atau hubungi sekolah.",
        "SMP Contoh: ada pesan untuk Anda dari sekolah. Buka https://tanggap.example.id/x atau hubungi sekolah.",
        "Dinas Pendidikan Contoh: ada pesan untuk Anda dari sekolah. Buka https://lain.example.id/x atau hubungi sekolah.",
        "Dinas Pendidikan Contoh: ada pesan untuk Anda dari sekolah. Buka https://tanggap.example.id/x?nama=Rani atau hubungi sekolah.",
        "Rani", "", "Ada pesan untuk Anda: Rani",
    ],
)  # fmt: skip
def test_what_is_no_template_of_ours_does_not_leave(text):
    assert not GATE.passes(text)
