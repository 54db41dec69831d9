"""One encrypted file of one moment: it is whole or it is refused, and what was there stays."""

from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from district.backups.checking import check
from district.backups.keys import read_key, split
from district.backups.making import make
from district.deployment import new_secrets
from shared.errors import Invalid
from tests.backups import fill

KEY = Identity.generate()


@pytest.fixture
def backup(database: str, tmp_path: Path) -> Path:
    fill(database, "intake", 120)
    fill(database, "cases", 30)
    return make(database, new_secrets(), tmp_path / "whole.age", KEY.to_public()).file


def test_a_backup_says_what_it_holds(backup: Path) -> None:
    told = check(backup, KEY)
    assert {name: store.position for name, store in told.manifest.stores.items()} == {"intake": 120, "cases": 30, "notifications": 0}
    assert told.events == 150


def test_it_is_for_its_owner_alone(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(backup: Path) -> None:
    with pytest.raises(Invalid, match="another key"):
        check(backup, Identity.generate())


def test_enough_shares_open_it_too_few_do_not(backup: Path) -> None:
    shares = split(KEY, 2, 3)
    assert check(backup, read_key("\n".join(shares[1:]))).events == 150
    with pytest.raises(Invalid, match="1 shares are there and 2 are needed") as refused:
        read_key(shares[0])
    assert not any(word in str(refused.value) for word in shares[0].split())


def test_no_key_is_quoted_where_it_cannot_be_read() -> None:
    with pytest.raises(Invalid) as refused:
        read_key(f"['{KEY}']")
    assert str(KEY)[20:].lower() not in str(refused.value).lower()


@pytest.mark.parametrize("tenths", range(10))
def test_a_file_that_was_cut_off_is_refused(backup: Path, tenths: int) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) * tenths // 10 + tenths])
    with pytest.raises(Invalid, match=r"whole\.age"):
        check(backup, KEY)


@pytest.mark.parametrize("step", range(25))
def test_a_bit_that_was_flipped_anywhere_is_found(backup: Path, step: int) -> None:
    content = bytearray(backup.read_bytes())
    place = (len(content) - 1) * step // 24
    content[place] ^= 1 << (step % 8)
    backup.write_bytes(content)
    with pytest.raises(Invalid, match=r"whole\.age"):
        check(backup, KEY)


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Kepada Yth.")
    with pytest.raises(Invalid, match="not a file encrypted with age"):
        check(tmp_path / "letter.txt", KEY)
