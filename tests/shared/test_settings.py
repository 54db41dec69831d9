"""Settings: a wrong one stops the start with its name, its place and the mend. No value is ever repeated."""

from base64 import urlsafe_b64encode

import pytest

from shared.database import Database
from shared.errors import StartRefused
from shared.settings import Settings, read_settings

KEY, SECOND = (urlsafe_b64encode(letter * 32).decode() for letter in (b"k", b"t"))
CANARY = "kanarikuning"
WHOLE = {
    "DATABASE_URL": "postgresql://tanggap@127.0.0.1/tanggap",
    "REDIS_URL": "redis://127.0.0.1",
    "TANGGAP_MASTER_KEY": KEY,
    "TANGGAP_TOKEN_KEY": SECOND,
}


def refused(**changed: str) -> str:
    """The sentence that these settings are refused with."""
    with pytest.raises(StartRefused) as caught:
        read_settings(WHOLE | changed)
    assert caught.value.__cause__ is None, "a cause would quote the value in a trace"
    return str(caught.value)


def test_four_settings_are_enough_and_the_others_have_defaults():
    told = read_settings(WHOLE)
    assert (told.database_url, told.redis_url, told.partitions) == (WHOLE["DATABASE_URL"], "redis://127.0.0.1", 8)
    names = {each.name: (each.id, each.value) for each in told.secret_source().read().secrets}
    assert names == {"master": ("0", b"k" * 32)} | dict.fromkeys(("access", "intake", "cases", "notifications"), ("0", b"t" * 32))
    assert told.demo_sign_in is False
    assert told.retry_seconds[0] == 5


def test_every_setting_is_taken_from_its_own_variable():
    given = {
        "SMTP_URL": "smtp://mail:2525", "TANGGAP_PARTITIONS": "16", "TANGGAP_ORIGIN_INTAKE": "https://intake.example",
        "TANGGAP_ORIGIN_CASES": "https://cases.example", "TANGGAP_ORIGIN_NOTIFICATIONS": "https://notifications.example",
        "TANGGAP_PUBLIC_ORIGIN": "https://example", "TANGGAP_TIME_ZONE": "Asia/Jayapura", "TANGGAP_DEMO_SIGN_IN": "true",
        "TANGGAP_POOL_SIZE": "4", "TANGGAP_RETRY_SECONDS": "0.5,2",
    }  # fmt: skip
    told = read_settings(WHOLE | given)
    assert (told.smtp_url, told.partitions, told.pool_size, told.retry_seconds) == ("smtp://mail:2525", 16, 4, (0.5, 2.0))
    assert [told.origin(name) for name in ("intake", "cases", "notifications")] == [
        f"https://{name}.example" for name in ("intake", "cases", "notifications")
    ]
    assert (told.public_origin, told.time_zone, told.demo_sign_in) == ("https://example", "Asia/Jayapura", True)


def test_the_process_environment_is_read_when_nothing_is_given(monkeypatch):
    for name, value in (WHOLE | {"TANGGAP_PARTITIONS": "3"}).items():
        monkeypatch.setenv(name, value)
    assert read_settings().partitions == 3


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_missing_setting_is_named(name):
    with pytest.raises(StartRefused, match=f"{name}: .*required"):
        read_settings({other: value for other, value in WHOLE.items() if other != name})


def test_all_that_is_wrong_is_told_at_once():
    told = refused(TANGGAP_PARTITIONS="0", TANGGAP_POOL_SIZE="1")
    assert "TANGGAP_PARTITIONS" in told
    assert "TANGGAP_POOL_SIZE" in told


@pytest.mark.parametrize("name", ["TANGGAP_MASTERKEY", "TANGGAP_RETRY_SECOND", "TANGGAP_DATABASE_URL", "TANGGAP_REDIS_URL_FILE"])
def test_an_unknown_setting_is_named_with_those_that_there_are(name):
    told = refused(**{name: CANARY})
    assert told.startswith(f"{name} is not a setting")
    assert "TANGGAP_MASTER_KEY" in told
    assert "DATABASE_URL" in told
    assert CANARY not in told


@pytest.mark.parametrize("name", ["TANGGAP_HOME", "TANGGAP_PORT", "TANGGAP_TEST_DATA", "PATH", "DATABASE_URLS"])
def test_what_is_meant_for_others_is_passed_over(name):
    assert read_settings(WHOLE | {name: CANARY}) == read_settings(WHOLE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANGGAP_PARTITIONS", CANARY), ("TANGGAP_PARTITIONS", "0"), ("TANGGAP_PARTITIONS", "257"), ("TANGGAP_POOL_SIZE", "1.5"),
        ("TANGGAP_DEMO_SIGN_IN", CANARY), ("TANGGAP_RETRY_SECONDS", CANARY), ("TANGGAP_RETRY_SECONDS", "1;2"), ("TANGGAP_RETRY_SECONDS", ""),
        ("TANGGAP_MASTER_KEY", CANARY), ("TANGGAP_MASTER_KEY", ""), ("TANGGAP_MASTER_KEY", KEY[:-4]), ("TANGGAP_MASTER_KEY", "é" * 44),
        ("TANGGAP_TOKEN_KEY", urlsafe_b64encode(b"k" * 33).decode()), ("TANGGAP_TOKEN_KEY", CANARY),
    ],
)  # fmt: skip
def test_a_wrong_value_names_the_setting_and_is_not_quoted(name, value):
    told = refused(**{name: value})
    assert told.startswith(f"{name}: ")
    assert len(value) < 5 or value.lower() not in told.lower()


@pytest.mark.parametrize("value", ["smtp://", "smtp://mail:99999", "smtp://mail:0", "smtp://mail:x", "smtps://[::1", "smtp:mail", "http://mail"])
def test_a_mail_server_that_cannot_be_called_stops_the_start(value):
    assert refused(SMTP_URL=value).startswith("SMTP_URL: ")


@pytest.mark.parametrize(
    "value", ["", "tanggap", "a@x.invalid, b@x.invalid", "Tanggap <t@x.invalid>", "t@a..b", "é@x.invalid", "t@x.invalid\r\nBcc: b@x.invalid"]
)
def test_a_sender_that_is_no_single_address_in_ascii_stops_the_start(value):
    told = refused(TANGGAP_SENDER_ADDRESS=value)
    assert told.startswith("TANGGAP_SENDER_ADDRESS: ")
    assert not value or value not in told


def test_the_domain_of_the_sender_is_kept_in_its_ascii_form():
    assert read_settings(WHOLE | {"TANGGAP_SENDER_ADDRESS": " T@Sekolah-é.invalid"}).sender_address == "T@xn--sekolah--i1a.invalid"


@pytest.mark.parametrize("name", ["TANGGAP_MASTER_KEY", "TANGGAP_TOKEN_KEY"])
def test_a_wrong_key_says_how_a_right_one_looks_and_where_else_it_may_stand(name):
    told = refused(**{name: CANARY})
    assert "32 bytes" in told
    assert f"{name}_FILE" in told


@pytest.mark.parametrize("name", ["TANGGAP_ORIGIN_INTAKE", "TANGGAP_ORIGIN_CASES", "TANGGAP_ORIGIN_NOTIFICATIONS", "TANGGAP_PUBLIC_ORIGIN"])
def test_an_origin_that_is_no_url_is_refused_with_the_mend(name):
    told = refused(**{name: f"ftp://{CANARY}"})
    assert "http://" in told
    assert CANARY not in told


@pytest.mark.parametrize("name", ["TANGGAP_ORIGIN_INTAKE", "TANGGAP_PUBLIC_ORIGIN"])
def test_of_the_origins_the_wrong_one_is_named(name):
    assert name in refused(**{name: "ftp://x"})


def test_an_unknown_time_zone_is_refused_by_name():
    assert "TANGGAP_TIME_ZONE" in refused(TANGGAP_TIME_ZONE="Mars/Olympus")


def test_a_time_zone_outside_its_folder_is_refused_without_being_quoted():
    assert CANARY not in refused(TANGGAP_TIME_ZONE=f"../{CANARY}")


def test_an_unknown_log_level_is_refused_by_name():
    assert "TANGGAP_LOG_LEVEL" in refused(TANGGAP_LOG_LEVEL="verbose")


@pytest.mark.parametrize("name", ["REDIS_URL", "SMTP_URL"])
def test_a_url_of_the_wrong_kind_is_refused_by_name(name):
    assert name in refused(**{name: CANARY})


@pytest.mark.parametrize("url", [CANARY, f"mysql://u:{CANARY}@127.0.0.1/x", f"postgresql://u:{CANARY}@[::1", f"host={CANARY} por=1"])
@pytest.mark.anyio
async def test_a_database_url_that_is_none_is_refused_by_name_with_an_example_and_without_its_password(url):
    with pytest.raises(StartRefused) as caught:
        await Database(url, "cases").open()
    told = str(caught.value)
    assert told.startswith("DATABASE_URL: ")
    assert "postgresql://" in told
    assert CANARY not in told


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# secrets -----------------------------------------------------------------------------------------------------------


def test_keys_do_not_show():
    told = read_settings(WHOLE)
    for text in (repr(told), str(told), told.model_dump_json()):
        assert KEY not in text
        assert SECOND not in text


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SMTP_URL"])
def test_the_password_of_a_url_does_not_show(name):
    told = read_settings(WHOLE | {name: f"{name.split('_')[0].lower()}://u:{CANARY}@127.0.0.1/x"})
    assert CANARY not in repr(told)


def test_a_key_is_read_from_a_file_also_with_a_line_end(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    given = {name: value for name, value in WHOLE.items() if name != "TANGGAP_MASTER_KEY"}
    told = read_settings(given | {"TANGGAP_MASTER_KEY_FILE": str(tmp_path / "key")})
    secret = told.secret_source().read().find("master", "0")
    assert secret and secret.value == b"k" * 32


def test_secrets_with_ids_are_read_from_the_environment_and_win_over_the_two_keys_name_by_name():
    told = read_settings(WHOLE | {"TANGGAP_SECRETS": f"access 1 {KEY} - 2026-03-09T10:00:00+00:00; access 2 {SECOND} 2026-03-02T10:00:00+00:00 -"})
    known = told.secret_source().read()
    assert [(each.id, each.value) for each in known.of("access")] == [("1", b"k" * 32), ("2", b"t" * 32)]
    assert [(each.id, each.value) for each in (*known.of("cases"), *known.of("master"))] == [("0", b"t" * 32), ("0", b"k" * 32)]


def test_a_file_of_secrets_wins_over_what_the_environment_holds(tmp_path):
    (tmp_path / "secrets").write_text(f"# ours\naccess 7 {SECOND}\nmaster 7 {SECOND}\n", encoding="utf-8")
    told = read_settings(WHOLE | {"TANGGAP_SECRETS_FILE": str(tmp_path / "secrets"), "TANGGAP_SECRETS": f"access 1 {KEY}"})
    assert {(each.name, each.id) for each in told.secret_source().read().secrets} == {
        ("access", "7"), ("master", "7"), ("intake", "0"), ("cases", "0"), ("notifications", "0"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        CANARY, f"access {KEY}", f"door 1 {KEY}", f"access {CANARY} {KEY}", f"access 1 {CANARY}", f"access 1 {KEY} {CANARY}",
        f"access 1 {KEY} 2026-03-02T10:00:00", f"access 1 {KEY};access 1 {SECOND}", f"access 1 {KEY} - 2026-03-02T10:00:00Z", f"access 1 {KEY} - - -",
    ],
)  # fmt: skip
def test_secrets_that_make_no_sense_are_refused_with_their_place_and_not_quoted(tmp_path, text):
    (tmp_path / "secrets").write_text(text, encoding="utf-8")
    for name, value in (("TANGGAP_SECRETS", text), ("TANGGAP_SECRETS_FILE", str(tmp_path / "secrets"))):
        told = refused(**{name: value})
        assert told.startswith(name)
        assert CANARY not in told
        assert KEY not in told


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", CANARY.encode()])
def test_a_key_file_that_cannot_be_used_is_named_and_not_quoted(tmp_path, content):
    path = tmp_path / CANARY
    if content is not None:
        path.write_bytes(content)
    told = refused(TANGGAP_MASTER_KEY_FILE=str(path))
    assert "TANGGAP_MASTER_KEY" in told
    assert "32 bytes" in told
    assert CANARY not in told


def test_settings_do_not_change_once_they_are_read():
    told = read_settings(WHOLE)
    with pytest.raises(ValueError, match="frozen"):
        told.partitions = 2  # type: ignore[misc]
    assert isinstance(told, Settings)
