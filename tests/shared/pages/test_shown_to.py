"""Every form of a page of somebody signed in says whom it was shown to, so that it is never kept as somebody else's act (ADR 92)."""

import re
from pathlib import Path

from shared.sessions.shown_to import FIELD

ROOT = Path(__file__).parents[3]
FORM = re.compile(r'<form (?=[^>]*method="post")(?:\{\{.*?\}\}|[^>])*>(?P<inside>.*?)</form>', re.DOTALL)
SAYS = f'<input type="hidden" name="{FIELD}" value="{{{{ shown_to }}}}">'

WITHOUT = {
    "district/templates/sign_in.html": "signs in",
    "services/intake/templates/accounts/sign_in.html": "signs in",
    "services/intake/templates/accounts/prove.html": "asks for the password of whoever is signed in, which says who that is",
    "services/intake/templates/accounts/password.html": "asks for the password of whoever is signed in, or comes with an invitation",
    "services/intake/templates/accounts/own.html": "signs out; its other form says whom it was shown to",
    "services/intake/templates/ways/_device.html": "the device says who that is",
    "shared/pages/templates/page.html": "signs out, chooses a language",
    "services/intake/templates/form/step.html": "everybody's, and no report is turned away",
    "services/intake/templates/form/periksa.html": "everybody's, and no report is turned away",
    "services/intake/templates/addition.html": "everybody's, with a receipt",
    "services/intake/templates/stands.html": "everybody's, with a receipt",
    "services/intake/templates/status.html": "everybody's, with a receipt",
    "services/cases/templates/letters/verification.html": "everybody's, with the letter's own code",
    "services/notifications/templates/families/closed.html": "of a guardian's link",
    "services/notifications/templates/families/opened.html": "of a guardian's link",
    "services/notifications/templates/partners/closed.html": "of an agency's link",
    "services/notifications/templates/partners/opened.html": "of an agency's link",
}
"""Templates with a form that says nothing of it, and why."""


def forms() -> dict[str, list[bool]]:
    """Of each template with forms that send something: whether each of them says whom it was shown to."""
    templates = (file for part in ("services", "shared", "district") for file in (ROOT / part).rglob("templates/**/*.html"))
    told = {file.relative_to(ROOT).as_posix(): FORM.findall(file.read_text(encoding="utf-8")) for file in templates}
    return {file: [SAYS in inside for inside in found] for file, found in told.items() if found}


def test_every_form_says_whom_it_was_shown_to_but_those_with_a_reason():
    assert {file for file, says in forms().items() if not all(says)} == set(WITHOUT)


def test_no_form_escapes_this_look():
    written = {file: (ROOT / file).read_text(encoding="utf-8").lower().count('method="post"') for file in forms()}
    assert {file: len(says) for file, says in forms().items()} == written
