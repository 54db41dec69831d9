"""Setting up a password with its codes: what the form carries, and what is wrong with what was typed."""

import pytest

from services.intake.accounts import codes
from tests.intake.accounts_desk import PASSWORD, AccountsDesk, Opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(office) -> AccountsDesk:
    return AccountsDesk(office.kernel)


async def test_what_the_form_carries_is_sealed_and_the_persons_own(desk):
    draft = desk.setting_up.draft()
    box = await desk.setting_up.boxed("ani", draft)
    assert draft.seed not in box
    assert await desk.setting_up.opened("ani", box) == draft
    assert await desk.setting_up.opened("budi", box) is None


@pytest.mark.parametrize("box", ["", "rusak", "eyJraWQiOiAiayJ9", "x" * 9000, "é"])
async def test_a_changed_form_is_no_form(desk, box):
    assert await desk.setting_up.opened("ani", box) is None


async def test_a_sealed_field_of_another_kind_is_no_form(desk):
    from base64 import urlsafe_b64encode

    other = await desk.kernel.vault.seal("ani", "sign-in", desk.setting_up.draft().model_dump_json(), "account-ani/c-1")
    assert await desk.setting_up.opened("ani", urlsafe_b64encode(other.model_dump_json().encode()).decode()) is None


async def test_a_form_lies_open_for_an_hour(desk):
    box = await desk.setting_up.boxed("ani", desk.setting_up.draft())
    desk.later(minutes=59)
    assert await desk.setting_up.opened("ani", box) is not None
    desk.later(minutes=1)
    assert await desk.setting_up.opened("ani", box) is None


async def test_everything_wrong_is_told_at_once_at_its_field(desk):
    mine = Opened("ani", "a", desk.setting_up.draft())
    told = mine.typed(desk.clock.now(), password="pendek", code="000000")
    assert await desk.setting_up.flaws(mine.draft, told, ("Ani",)) == {
        "name": "name-too-short",
        "password": "password-too-short",
        "code": "code-wrong",
    }
    assert await desk.setting_up.flaws(None, mine.typed(desk.clock.now(), name="ani@contoh"), ()) == {"code": "form-expired"}


async def test_a_right_form_has_no_flaws(desk):
    mine = Opened("ani", "ani@contoh.invalid", desk.setting_up.draft())
    assert await desk.setting_up.flaws(mine.draft, mine.typed(desk.clock.now(), password=PASSWORD), ("Ani",)) == {}


def test_a_picture_stands_in_the_page_without_style_or_script():
    picture = codes.picture_of(codes.address_of(codes.new_seed(), "ani@contoh.invalid", "Tanggap Kabupaten Contoh"))
    assert picture.startswith("<svg")
    assert not any(word in picture for word in ("style", "script", "href", "class="))


def test_a_set_of_recovery_codes_is_ten_different_ones_that_nobody_confuses():
    told = codes.new_recovery_codes()
    assert len(set(told)) == 10
    assert all(len(each) == 14 and not set(each) & set("OILU") for each in told)
    hashes = dict(enumerate(codes.hashes_of(b"k" * 32, told)))
    assert codes.number_of(b"k" * 32, told[7].replace("0", "O").replace("1", "l").lower(), hashes) == 7
    assert codes.number_of(b"j" * 32, told[7], hashes) is None
