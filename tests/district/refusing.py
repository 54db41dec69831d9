"""Sends every form that a page has, filled in badly, and looks at what comes back: whatever is refused says why, beside its field and in the summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from shared.pages.languages import LANGUAGES, Language

LONG = "x" * 20_001
BAD = ("", LONG, "999999999999", "2026-13-45", "bukan-pilihan")
_TELLS = re.compile(r'<p class="error" id="([^"]+)-error"')
_SUMMARY = re.compile(r'<div class="errors".*?</div>', re.DOTALL)
_POINTS = re.compile(r'<li>(?:<a href="#([^"]*)">)?(.*?)(?:</a>)?</li>', re.DOTALL)
_NOTICE = '<div class="notice warning"'
"""What is about the form as a whole stands there."""

_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")


@dataclass
class Form:
    """hidden: what the page itself fills in. fields: what a person does, each with the most letters that a browser takes there; none where one only
    chooses. button: of its first button that has a name. repeats: a name stands there several times, as the classes of a school do.
    """

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    button: tuple[str, str] | None = None
    repeats: bool = False


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(told.get("action", ""))
            if told.get("method") == "post":
                self.found.append(self._open)
        elif self._open and told.get("name"):
            self._part(self._open, tag, told)

    def _part(self, form: Form, tag: str, told: Mapping[str, str]) -> None:
        name = told["name"]
        if tag == "input" and told.get("type") == "hidden":
            form.repeats |= name in form.hidden
            form.hidden[name] = told.get("value", "")
        elif tag in ("input", "select", "textarea") and told.get("type") != "file" and name not in form.fields:
            chosen = tag == "select" or told.get("type") in ("radio", "checkbox")
            form.fields[name] = 0 if chosen else int(told.get("maxlength") or len(LONG))
        elif tag == "button" and form.button is None:
            form.button = (name, told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_of(page: str) -> list[Form]:
    """Those that send something and have a field to fill in. One that repeats a name cannot be filled in by halves."""
    read = _Forms()
    read.feed(page)
    return [each for each in read.found if each.fields and not each.repeats]


def filled_badly(form: Form) -> Iterator[dict[str, str]]:
    """The same into every field, and into each alone."""
    button = dict([form.button]) if form.button else {}
    for bad in BAD:
        typed = {name: bad[: longest or len(bad)] for name, longest in form.fields.items() if longest or bad != LONG}
        yield form.hidden | button | typed
        for name, value in typed.items():
            yield form.hidden | button | dict.fromkeys(form.fields, "") | {name: value}


@dataclass
class Refusing:
    """client: as a person. wrong: what was found."""

    client: httpx.Client
    wrong: list[str] = field(default_factory=list)

    def every_form_of(self, address: str) -> None:
        """In both languages."""
        for form in forms_of(self.client.get(address).text):
            for typed in filled_badly(form):
                self._send(urljoin(address, form.action), typed)

    def _send(self, address: str, typed: Mapping[str, str]) -> None:
        told: dict[Language, list[str]] = {}
        for language in LANGUAGES:
            answer = self.client.post(address, data=dict(typed), headers={"cookie": f"tanggap_language={language}"})
            faults, told[language] = faults_of(answer)
            self.wrong += [f"{address} {language}: {each}" for each in faults]
        if told["id"] and told["id"] == told["en"]:
            self.wrong.append(f"{address}: the same in both languages: {told['id']}")


def faults_of(answer: httpx.Response) -> tuple[list[str], list[str]]:
    """What is wrong with an answer to a form, and what its summary says."""
    if answer.has_redirect_location or answer.is_success:
        return [], []
    if answer.is_server_error or "text/html" not in answer.headers.get("content-type", ""):
        return [f"answers {answer.status_code} {answer.text[:120]}"], []
    summary = _SUMMARY.search(answer.text)
    if summary is None:
        explained = answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY or _NOTICE in answer.text
        return ([] if explained else ["refused without a summary"]), []
    said, faults = _POINTS.findall(summary[0]), list[str]()
    beside = set(_TELLS.findall(answer.text))
    for pointed, text in said:
        if pointed and f'id="{pointed}"' not in answer.text:
            faults.append(f"leads to no field: {pointed}")
        elif pointed and pointed not in beside:
            faults.append(f"says nothing beside its field: {pointed}")
        if not text.strip() or _CODE.search(text):
            faults.append(f"says: {text}")
    return faults, [text for _, text in said]
