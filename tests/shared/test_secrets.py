"""Secrets with ids: how they follow each other, how they are written down, and how a running process learns of a new one."""

import stat
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.errors import Invalid, StartRefused
from shared.secretfile import GivenSecrets, SecretsFile, alone, write_secrets
from shared.secretset import Secret, SecretSet, new_secret
from shared.secrettext import read_secrets, written
from tests.keys import secrets

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rotated(known: SecretSet, name="access", since=NOON, until=NOON + HOUR) -> SecretSet:
    return known.rotated(name, b"n" * 32, since=since, until=until)


def test_a_rotation_adds_the_next_id_and_ends_only_the_one_before():
    twice = rotated(rotated(secrets()), since=NOON + HOUR, until=NOON + 2 * HOUR)
    assert [(each.id, each.since, each.until) for each in twice.of("access")] == [
        ("1", None, NOON + HOUR), ("2", NOON, NOON + 2 * HOUR), ("3", NOON + HOUR, None),
    ]  # fmt: skip
    assert twice.of("master") == secrets().of("master")


def test_the_active_secret_is_the_newest_whose_time_has_come():
    known = rotated(secrets())
    moments = (NOON - HOUR, NOON - timedelta(seconds=1), NOON, NOON + 100 * HOUR)
    assert [known.active("access", moment).id for moment in moments] == ["1", "1", "2", "2"]


def test_a_process_whose_clock_is_behind_still_has_an_active_secret():
    known = SecretSet((Secret("access", "1", b"k" * 32, NOON),))
    assert known.active("access", NOON - HOUR).id == "1"


@pytest.mark.parametrize(("since", "until", "why"), [(NOON, NOON, "make it longer"), (NOON - HOUR, NOON + HOUR, "announced already")])
def test_a_rotation_that_would_refuse_somebody_is_refused_itself(since, until, why):
    with pytest.raises(Invalid, match=why):
        rotated(rotated(secrets()), since=since, until=until)


def test_a_name_that_is_not_there_has_no_active_secret():
    with pytest.raises(StartRefused, match="no secret called 'master'"):
        secrets().only({"access"}).active("master", NOON)


def test_what_was_written_is_read_again():
    known = rotated(SecretSet(tuple(Secret(each.name, each.id, new_secret()) for each in secrets().secrets)))
    assert read_secrets(written(known), "x") == known


def test_the_file_is_its_owners_alone_and_replaced_in_one_step(tmp_path):
    path = tmp_path / "new" / "secrets"
    write_secrets(path, secrets())
    with path.open(encoding="utf-8") as old:
        write_secrets(path, rotated(secrets()))
        assert read_secrets(old.read(), "x") == secrets()
    assert SecretsFile(path).read() == rotated(secrets())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["secrets"]


def test_what_a_killed_writer_left_does_not_stop_the_next_one(tmp_path):
    (tmp_path / "secrets.new").write_text("half a line")
    write_secrets(tmp_path / "secrets", secrets())
    assert SecretsFile(tmp_path / "secrets").read() == secrets()


def test_two_who_change_the_file_wait_for_each_other(tmp_path):
    import threading

    order = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with alone(tmp_path / "secrets"):
            order.append("second")

    with alone(tmp_path / "secrets"):
        other = threading.Thread(target=second)
        other.start()
        entered.wait()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


@pytest.fixture
def looked(monkeypatch):
    """Time that a test moves on: the file is looked at once a second."""
    moment = [0.0]
    monkeypatch.setattr("shared.secretfile.time.monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def logged(monkeypatch):
    """Warnings, whatever level another test has left: name and details."""
    told = []
    monkeypatch.setattr("shared.secretfile.log", SimpleNamespace(warning=lambda event, **more: told.append((event, more))))
    return told


def test_a_running_process_reads_a_changed_file_within_a_second(tmp_path, looked):
    write_secrets(tmp_path / "secrets", secrets())
    source = SecretsFile(tmp_path / "secrets")
    write_secrets(tmp_path / "secrets", rotated(secrets()))
    looked[0] = 0.9
    assert source.read() == secrets()
    looked[0] = 1.1
    assert source.read() == rotated(secrets())


def test_an_unchanged_file_is_the_same_set_so_that_what_was_derived_stays(tmp_path, looked):
    write_secrets(tmp_path / "secrets", secrets())
    source = SecretsFile(tmp_path / "secrets")
    first = source.read()
    looked[0] = 5.0
    assert source.read() is first


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("kanarikuning"), lambda path: path.unlink(), lambda path: path.write_bytes(b"\xff")])
def test_a_file_that_cannot_be_used_any_more_leaves_what_was_known_and_is_told_without_its_content(tmp_path, looked, logged, spoil):
    write_secrets(tmp_path / "secrets", secrets())
    source = SecretsFile(tmp_path / "secrets")
    spoil(tmp_path / "secrets")
    looked[0] = 2.0
    assert source.read() == secrets()
    assert [event for event, _ in logged] == ["secrets-not-read"]
    assert "kanarikuning" not in str(logged)
    write_secrets(tmp_path / "secrets", rotated(secrets()))
    looked[0] = 4.0
    assert source.read() == rotated(secrets())


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(StartRefused, match="TANGGAP_SECRETS_FILE"):
        SecretsFile(tmp_path / "nothing")


def test_names_that_the_file_lacks_come_from_beside_it(tmp_path):
    write_secrets(tmp_path / "secrets", secrets(b"f").only({"access"}))
    known = SecretsFile(tmp_path / "secrets", secrets(b"b")).read()
    assert {each.name: each.value[:1] for each in known.secrets} == dict.fromkeys(("intake", "cases", "notifications", "master"), b"b") | {
        "access": b"f"
    }
    assert GivenSecrets(known).read() is known
