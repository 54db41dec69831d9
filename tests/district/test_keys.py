"""`./tanggap keys`: what an operator sees of the secrets, a rotation with an overlap, and what keeps a secret from being dropped."""

import json
import stat
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from district.__main__ import app
from district.commands import keys as commands
from district.home import Home
from district.rotating import Timing, drop, ended, rotate, share
from services.notifications.senders.signing import public_key, signing_keys
from shared.errors import Invalid, StartRefused
from shared.key_status import Dependent, Held, KeyStatus
from shared.keys import SERVICES, needed_by
from shared.secretfile import SecretsFile
from shared.secretset import SECRET_NAMES, SecretName
from shared.secrettext import read_secrets

WEEK = timedelta(days=7)
OWN = ("access", "intake", "cases", "notifications")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    for name in ("TANGGAP_SECRETS", "TANGGAP_SECRETS_FILE", "TANGGAP_MASTER_KEY", "TANGGAP_TOKEN_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANGGAP_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def told(*arguments: str, code: int = 0):
    """What a verb says for machines."""
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def refused(*arguments: str, code: int = 2) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.stderr


# the home folder ---------------------------------------------------------------------------------------------------


def test_a_new_district_draws_a_secret_of_each_name_for_its_owner_alone(home):
    known = home.secrets().read()
    assert [(each.name, each.id) for each in known.secrets] == [(name, "1") for name in SECRET_NAMES]
    assert len({each.value for each in known.secrets}) == len(SECRET_NAMES)
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600
    assert home.secrets().read() == known


def test_a_district_of_the_first_release_keeps_its_two_keys_as_the_first_secrets(home):
    home.folder.mkdir()
    for name, letter in (("master_key", b"m"), ("token_key", b"t")):
        (home.folder / f"{name}.secret").write_text(urlsafe_b64encode(letter * 32).decode())
    known = home.secrets().read()
    assert {each.name: (each.id, each.value[:1]) for each in known.secrets} == {"master": ("0", b"m")} | dict.fromkeys(OWN, ("0", b"t"))
    assert all(path.exists() for path in home.first_files().values())


def test_what_the_environment_gives_is_not_written_down(home, monkeypatch):
    monkeypatch.setenv("TANGGAP_TOKEN_KEY", urlsafe_b64encode(b"t" * 32).decode())
    known = home.secrets().read()
    assert {each.name for each in SecretsFile(home.secrets_file).read().secrets} == {"master"}
    assert {known.find(name, "0").value for name in OWN} == {b"t" * 32}


def test_a_file_that_the_environment_names_and_nobody_wrote_is_not_made_up(home, monkeypatch, tmp_path):
    monkeypatch.setenv("TANGGAP_SECRETS_FILE", str(tmp_path / "nothing"))
    with pytest.raises(StartRefused, match="TANGGAP_SECRETS_FILE"):
        home.secrets()


# rotate ------------------------------------------------------------------------------------------------------------


def test_a_rotation_announces_the_new_secret_and_gives_the_old_one_an_end(home):
    before, now = home.secrets().read(), datetime.now(UTC)
    (row,) = told("keys", "rotate", "access")
    assert (row["name"], row["id"]) == ("access", "2")
    since, until = (datetime.fromisoformat(row[name]) for name in ("since", "old_until"))
    assert timedelta(seconds=8) < since - now < timedelta(seconds=20)
    assert until - since == WEEK
    known = home.secrets().read()
    assert [(each.id, each.since, each.until) for each in known.of("access")] == [("1", None, until), ("2", since, None)]
    assert [known.of(name) for name in SECRET_NAMES[1:]] == [before.of(name) for name in SECRET_NAMES[1:]]


def test_all_secrets_rotate_where_none_is_named(home):
    assert [(row["name"], row["id"]) for row in told("keys", "rotate", "--overlap-hours", "12")] == [(name, "2") for name in SECRET_NAMES]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("rotate", "door"), "no secret called 'door': choose one of access"), (("rotate", "--overlap-hours", "11.9"), "the overlap is at least 12:00:00"),
        (("retire", "door"), "no secret called 'door'"),
    ],
)  # fmt: skip
def test_a_wrong_call_changes_nothing_and_says_what_is_right(home, arguments, why):
    before = home.secrets().read()
    assert why in refused("keys", *arguments).replace("\n", " ")
    assert home.secrets().read() == before


def test_a_second_rotation_waits_for_the_first_one_to_begin(home):
    told("keys", "rotate", "access", "--after-seconds", "3600")
    assert "announced already" in refused("keys", "rotate", "access")


def test_secrets_that_stand_in_the_environment_do_not_rotate(home, monkeypatch):
    monkeypatch.setenv("TANGGAP_SECRETS", f"access 1 {urlsafe_b64encode(b'a' * 32).decode()}")
    assert "name that in TANGGAP_SECRETS_FILE" in refused("keys", "rotate").replace("\n", " ")


def test_a_key_of_the_first_release_in_the_environment_rotates_into_the_file(home, monkeypatch):
    monkeypatch.setenv("TANGGAP_TOKEN_KEY", urlsafe_b64encode(b"t" * 32).decode())
    told("keys", "rotate", "access")
    assert {(each.name, each.id) for each in SecretsFile(home.secrets_file).read().secrets} == {("access", "0"), ("access", "1"), ("master", "1")}
    assert home.secrets().read().find("cases", "0").value == b"t" * 32


# list --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def nobody_serves(monkeypatch):
    def silent(home):
        raise httpx.ConnectError("nobody")

    monkeypatch.setattr(commands, "_told", silent)


@pytest.mark.usefixtures("nobody_serves")
def test_the_list_says_everything_but_the_secrets(home):
    told("keys", "rotate", "notifications")
    result = CliRunner().invoke(app, ["keys", "list"])
    rows = told("keys", "list")
    assert [(row["name"], row["id"], row["state"]) for row in rows if row["name"] == "notifications"] == [
        ("notifications", "1", "active"), ("notifications", "2", "announced"),
    ]  # fmt: skip
    for each in home.secrets().read().secrets:
        assert urlsafe_b64encode(each.value).decode() not in result.output + json.dumps(rows)


@pytest.mark.usefixtures("nobody_serves")
def test_the_list_shows_agencies_the_coming_webhook_key_before_it_is_used(home):
    told("keys", "rotate", "notifications")
    shown = [row["webhook_key"] for row in told("keys", "list") if row["name"] == "notifications"]
    assert shown == [public_key(each) for each in signing_keys(home.keys("notifications"))]
    assert all(key.startswith("whpk_") for key in shown)


# retire ------------------------------------------------------------------------------------------------------------


def statuses(home: Home, *depends: Dependent, behind: str = "") -> dict[str, KeyStatus]:
    """What services say that know the file; `behind` still uses the secrets before."""
    known, now = home.secrets().read(), datetime.now(UTC) + 2 * WEEK
    return {
        service: KeyStatus(
            service=service,
            secrets=[
                Held(
                    name=each.name,
                    id=each.id,
                    state="active" if each == known.active(each.name, now if service != behind else now - 3 * WEEK) else "over",
                )
                for each in known.only(needed_by(service)).secrets
            ],
            depends=[each for each in depends if service == "intake"],
        )
        for service in SERVICES
    }


@pytest.fixture
def serving(home, monkeypatch):
    """Services that answer what a test says, and a clock that is two weeks later."""

    def answer(**more):
        monkeypatch.setattr(commands, "_told", lambda home: statuses(home, *more.get("depends", ()), behind=more.get("behind", "")))

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + 2 * WEEK

    monkeypatch.setattr(commands, "datetime", Later)
    answer()
    return answer


def rotated(home: Home, *names: SecretName) -> None:
    rotate(home, names or SECRET_NAMES, datetime.now(UTC), Timing())


def test_after_the_overlap_the_old_secrets_are_dropped(home, serving):
    rotated(home)
    assert {(row["name"], row["id"], row["result"]) for row in told("keys", "retire")} == {(name, "1", "dropped") for name in SECRET_NAMES}
    assert {(each.name, each.id) for each in home.secrets().read().secrets} == {(name, "2") for name in SECRET_NAMES}


def test_nothing_is_dropped_within_its_overlap_unless_asked(home, monkeypatch):
    monkeypatch.setattr(commands, "_told", statuses)
    rotated(home)
    assert told("keys", "retire") == []
    assert told("keys", "retire", "--early") == []  # the new ones are only announced


def test_a_secret_on_which_something_depends_stays_and_the_verb_says_why(home, serving):
    rotated(home, "master", "access")
    serving(depends=[Dependent(name="master", id="1", what="keys of persons", count=7)])
    rows = told("keys", "retire", code=1)
    assert {row["name"]: (row["result"], row["why"]) for row in rows} == {
        "access": ("dropped", []), "master": ("kept", ["7 keys of persons (intake)"]),
    }  # fmt: skip
    assert home.secrets().read().find("master", "1") is not None


def test_a_secret_stays_while_a_service_does_not_use_the_next_one_yet(home, serving):
    rotated(home, "access", "intake")
    serving(behind="cases")
    rows = told("keys", "retire", code=1)
    assert {row["name"]: row["why"] for row in rows} == {"access": ["cases does not use access 2 yet"], "intake": []}


@pytest.mark.usefixtures("nobody_serves")
def test_nothing_is_dropped_while_a_service_does_not_answer(home):
    rotated(home)
    assert "nothing answers there" in refused("keys", "retire", code=1)
    assert len(home.secrets().read().secrets) == 2 * len(SECRET_NAMES)


def test_the_files_of_the_first_release_go_with_its_last_secret(home):
    home.folder.mkdir()
    for name in ("master_key", "token_key"):
        (home.folder / f"{name}.secret").write_text(urlsafe_b64encode(b"k" * 32).decode())
    later = datetime.now(UTC) + 2 * WEEK
    home.secrets()
    rotated(home)
    known = home.secrets().read()
    drop(home, ended(known, [name for name in SECRET_NAMES if name != "notifications"], later, early=False))
    assert [path.exists() for path in home.first_files().values()] == [False, True]
    drop(home, ended(known, ["notifications"], later, early=False))
    assert [path.exists() for path in home.first_files().values()] == [False, False]


# share -------------------------------------------------------------------------------------------------------------


def test_each_service_is_given_its_own_secrets_and_no_others(home, tmp_path):
    assert told("keys", "share", str(tmp_path / "shared")) == [str(tmp_path / "shared" / service / "secrets") for service in SERVICES]
    for service in SERVICES:
        file = tmp_path / "shared" / service / "secrets"
        assert {each.name for each in read_secrets(file.read_text(), "x").secrets} == {"access", "master", service}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_sharing_again_brings_a_rotation(home, tmp_path):
    share(home.secrets().read(), tmp_path)
    rotated(home, "cases")
    share(home.secrets().read(), tmp_path)
    assert [each.id for each in SecretsFile(tmp_path / "cases" / "secrets").read().of("cases")] == ["1", "2"]


def test_two_rotations_at_once_lose_none(home):
    from concurrent.futures import ThreadPoolExecutor

    home.secrets()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda name: rotated(home, name), SECRET_NAMES))
    assert {(each.name, each.id) for each in home.secrets().read().secrets} == {(name, number) for name in SECRET_NAMES for number in "12"}


def test_an_overlap_that_ends_before_it_begins_is_refused(home):
    with pytest.raises(Invalid):
        rotate(home, SECRET_NAMES, datetime.now(UTC), Timing(overlap=timedelta(hours=1)))
