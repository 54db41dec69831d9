"""The issuers of a district come from its settings alone; a wrong setting stops the start and is never quoted."""

import json

import pytest

from services.intake.accounts.openid.issuers import read_issuers
from shared.errors import StartRefused

BELAJAR = {"id": "belajar", "name": "belajar.id", "issuer": "https://accounts.google.com", "client_id": "tanggap", "hosted_domains": [".belajar.id"]}


def test_without_the_setting_there_is_none():
    assert read_issuers("") == ()


def test_a_file_and_a_text_say_the_same(tmp_path):
    file = tmp_path / "openid.json"
    file.write_text(json.dumps([BELAJAR]))
    assert read_issuers(str(file)) == read_issuers(json.dumps([BELAJAR]))
    assert read_issuers(str(file))[0].name == "belajar.id"


def test_a_secret_is_read_from_its_file_and_never_shown(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("rahasia-penerbit\n")
    (found,) = read_issuers(json.dumps([BELAJAR | {"client_secret_file": str(secret)}]))
    assert found.client_secret() == "rahasia-penerbit"
    assert "rahasia-penerbit" not in repr(found)
    secret.write_text("yang-baru")
    assert found.client_secret() == "yang-baru"


@pytest.mark.parametrize(
    "told",
    [
        "[{}",
        '{"id": "belajar"}',
        "/there/is/no/such/file",
        json.dumps([BELAJAR | {"issuer": "http://akun.contoh.id"}]),
        json.dumps([BELAJAR | {"issuer": "https://user:word@akun.contoh.id"}]),
        json.dumps([BELAJAR | {"issuer": "https://akun.contoh.id/?a=b"}]),
        json.dumps([BELAJAR | {"issuer": "https://[akun"}]),
        json.dumps([BELAJAR | {"id": "../masuk"}]),
        json.dumps([BELAJAR | {"secret": "rahasia-penerbit"}]),
        json.dumps([BELAJAR, BELAJAR]),
        json.dumps([BELAJAR, BELAJAR | {"id": "lain"}]),
        json.dumps([BELAJAR | {"client_secret_file": "/there/is/no/rahasia-penerbit"}]),
    ],
)
def test_a_wrong_setting_stops_the_start(told):
    with pytest.raises(StartRefused, match="TANGGAP_OPENID") as error:
        read_issuers(told)
    assert "rahasia-penerbit" not in str(error.value)


def test_an_issuer_on_this_machine_may_do_without_tls():
    assert read_issuers(json.dumps([BELAJAR | {"issuer": "http://127.0.0.1:9400"}]))[0].issuer == "http://127.0.0.1:9400"
