"""Composes a mail about an account: as plain text and as HTML, whole in Indonesian and then whole in English.

Nobody knows yet which language its reader would choose: an invitation goes to somebody who has never opened a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

from markupsafe import Markup

from services.notifications.account_mail.words import WORDS, Words
from services.notifications.domain.account_mail import MailMessage
from shared.addresses import MailAddress
from shared.pages.catalogues import Texts
from shared.pages.environment import FRAME, environment
from shared.pages.languages import LANGUAGES, Language
from shared.pages.moments import Moments
from shared.settings import Settings

FOLDER = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Part:
    """A whole mail in one language."""

    language: Language
    subject: Markup
    sentences: tuple[Markup, ...]
    label: Markup


@dataclass(frozen=True, slots=True)
class About:
    """link: of an invitation. until: from when it is refused."""

    message: MailMessage
    link: str | None = None
    until: datetime | None = None


class Letters:
    """The mails of one district."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._texts = {language: Texts(language, (FRAME, FOLDER)) for language in LANGUAGES}
        self._template = environment("id", "notifications", FOLDER, settings.time_zone).get_template("account_mail/mail.html")

    def composed(self, receiver: MailAddress, identifier: str, about: About) -> EmailMessage:
        """identifier: of the mail; the same gives the same Message-ID, so that a mailbox tells a repeat."""
        words, settings = WORDS[about.message], self._settings
        address = about.link or f"{settings.public_origin}{words.leads}"
        parts = [self._part(language, words, about) for language in LANGUAGES]
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = settings.sender_address, str(receiver)
        mail["Subject"] = " / ".join(part.subject.unescape() for part in parts)
        mail["Message-ID"] = f"<{identifier}@tanggap.invalid>"
        mail["Auto-Submitted"], mail["Date"] = "auto-generated", formatdate()
        mail.set_content(_plain(parts, address), cte="quoted-printable")
        mail.add_alternative(self._template.render(parts=parts, address=address), subtype="html", cte="quoted-printable")
        return mail

    def _part(self, language: Language, words: Words, about: About) -> Part:
        texts, filled = self._texts[language], self._filled(language, about)
        sentences = tuple(texts.one(sentence, **filled) for sentence in words.sentences)
        return Part(language, texts.one(words.subject), sentences, texts.one(words.label))

    def _filled(self, language: Language, about: About) -> Mapping[str, str]:
        until = Moments(language, self._settings.time_zone).moment(about.until) if about.until else ""
        return {"district": self._settings.district, "until": until}


def _plain(parts: list[Part], address: str) -> str:
    return "\n\n".join("\n\n".join((*(each.unescape() for each in part.sentences), f"{part.label.unescape()}: {address}")) for part in parts) + "\n"
