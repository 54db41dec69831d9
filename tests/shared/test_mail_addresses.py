"""One cell holds one address or none: the parser of mail addresses, and of the domain names in them."""

import unicodedata

import pytest
from aiosmtplib.email import parse_address
from hypothesis import example, given
from hypothesis import strategies as st

from shared.addresses import Flaw, MailAddress, ascii_domain, mail_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ani@contoh.invalid", MailAddress("ani", "contoh.invalid")),
        ("  Ani.Lestari+bk@CONTOH.Invalid\t", MailAddress("Ani.Lestari+bk", "contoh.invalid")),
        ("konselór@x.invalid", MailAddress("konselór", "x.invalid")),
        ("konselo\u0301r@x.invalid", MailAddress("konselór", "x.invalid")),
        ("k@sekolah-é.invalid", MailAddress("k", "xn--sekolah--i1a.invalid")),
        ("k@XN--SEKOLAH--I1A.invalid", MailAddress("k", "xn--sekolah--i1a.invalid")),
        ("ꦲꦤꦶ@ꦱꦼꦏꦺꦴꦭꦃ.invalid", MailAddress("ꦲꦤꦶ", "xn--hl9axa4goaq9am.invalid")),
        ("o'brien_1@a-b.c.invalid", MailAddress("o'brien_1", "a-b.c.invalid")),
    ],
)
def test_an_address_has_one_form_whose_domain_is_in_ascii(text, address):
    assert mail_address(text) == address
    assert mail_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a@x.invalid; b@x.invalid", "several-addresses"), ("a@x.invalid;b@x.invalid", "several-addresses"),
        ("a@x.invalid, b@x.invalid", "several-addresses"), ("a@x.invalid b@x.invalid", "several-addresses"),
        ("a@x.invalid\nb@x.invalid", "several-addresses"), ("a@x.invalid/b@x.invalid", "several-addresses"),
        ("Ibu <a@x.invalid>, Ayah <b@x.invalid>", "several-addresses"), ("a@x.invalid;", "several-addresses"), (";a@x.invalid", "several-addresses"),
        ("Ibu Ani <a@x.invalid>", "name-beside-address"), ("<a@x.invalid>", "name-beside-address"), ("<>", "name-beside-address"),
        ("Ibu Ani a@x.invalid", "invisible-character"), ("a@x.invalid (ibu)", "invisible-character"), ("a b@x.invalid", "invisible-character"),
        ("a\u200b@x.invalid", "invisible-character"), ("a@x\u00ad.invalid", "invisible-character"), ("a\x00@x.invalid", "invisible-character"),
        ("a@x.invalid\r\nRCPT TO:b", "invisible-character"), ("a\u202e@x.invalid", "invisible-character"), ("a\ud800@x.invalid", "invisible-character"),
        ("", "no-at"), ("ani", "no-at"), ("0812345", "no-at"), ("a＠x.invalid", "no-at"), ("ani(at)x.invalid", "no-at"),
        ("@x.invalid", "local-part-length"), ("@", "local-part-length"), ("é" * 33 + "@x.invalid", "local-part-length"),
        ("a.@x.invalid", "dot-misplaced"), (".a@x.invalid", "dot-misplaced"), ("a..b@x.invalid", "dot-misplaced"),
        ('"a"@x.invalid', "character-not-allowed"), ("a:b@x.invalid", "character-not-allowed"), ("mailto:a@x.invalid", "character-not-allowed"),
        ("a；b@x.invalid", "character-not-allowed"), ("a،b@x.invalid", "character-not-allowed"), ("☃@x.invalid", "character-not-allowed"),
        ("a@", "domain-length"), ("a@a..b", "empty-label"), ("a@x.invalid.", "empty-label"), ("a@" + "x" * 64 + ".invalid", "label-too-long"),
        ("a@" + "é" * 60 + ".invalid", "not-a-domain"), ("a@x_y.invalid", "not-a-domain"), ("a@-x.invalid", "not-a-domain"),
        ("a@☃.invalid", "not-a-domain"), ("a@xn--a.invalid", "not-a-domain"), ("a@[127.0.0.1]", "not-a-domain"), ("a@x.invalid:25", "not-a-domain"),
        ("a@localhost", "no-dot"), ("a@127.0.0.1", "number-for-domain"), ("a" * 64 + "@" + "x.y" * 63 + ".invalid", "too-long"),
    ],
)  # fmt: skip
def test_what_is_no_single_address_has_a_flaw_with_its_mend(text, code):
    flaw = mail_address(text)
    assert isinstance(flaw, Flaw)
    assert flaw.code == code
    assert len(flaw.reason) > 20


def test_only_letters_left_of_the_at_need_smtputf8():
    parsed = [mail_address(text) for text in ("k@sekolah-é.invalid", "konselór@x.invalid")]
    assert [isinstance(each, MailAddress) and each.needs_smtputf8 for each in parsed] == [False, True]


def test_a_sharp_s_is_the_domain_of_that_name_and_not_of_another():
    assert ascii_domain("straße.invalid") == "xn--strae-oqa.invalid"


CELLS = st.one_of(
    st.text(max_size=60),
    st.text("ab@.;, <>\"'\\\r\n\t\x00é-_()[]:＠；", max_size=40),
    st.lists(st.sampled_from(["a@x.invalid", "b@y.invalid", ";", ",", " ", "<", ">", "Ibu", "\n", "\u200b", "@"]), max_size=5).map("".join),
    st.builds("{}@{}".format, st.text(min_size=1, max_size=70), st.text("ab-.é0", max_size=70)),
)


@given(CELLS)
@example("a@x.invalid; b@x.invalid")
@example("a@\ud800")
def test_any_cell_holds_one_address_or_has_a_flaw_and_nothing_is_raised(text):
    found = mail_address(text)
    if isinstance(found, Flaw):
        assert found.reason
        return
    written = str(found)
    assert written.count("@") == 1
    assert not any(unicodedata.category(character)[0] in "CZ" for character in written)
    assert not set(written) & set(' ,;<>"()[]:\\')
    assert (found.domain.isascii(), found.domain) == (True, found.domain.lower())
    assert parse_address(written) == written, "the mail library reads the same single receiver"
    assert mail_address(written) == found
