"""Where real people are recorded, what is for play stops the start."""

from base64 import urlsafe_b64encode

import psycopg
import pytest

from district.production import refuse_play, refuse_sample
from district.sample.faces import sample_schools
from shared.errors import StartRefused
from shared.settings import read_settings
from tests.logins import login

KEY = urlsafe_b64encode(b"k" * 32).decode()


def given(**more: str) -> dict[str, str]:
    return {"DATABASE_URL": "postgresql://x@y/z", "REDIS_URL": "redis://127.0.0.1", "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY} | more


@pytest.mark.parametrize("setting", ["TANGGAP_DEMO_SIGN_IN", "TANGGAP_LOOPBACK_WEBHOOKS"])
def test_a_setting_for_play_stops_the_start_in_production(setting):
    with pytest.raises(StartRefused, match=rf"TANGGAP_ENVIRONMENT: .*{setting.lower()} must not be set"):
        read_settings(given(TANGGAP_ENVIRONMENT="production", **{setting: "true"}))
    assert read_settings(given(TANGGAP_ENVIRONMENT="production")).environment == "production"
    assert read_settings(given(**{setting: "true"})).environment == "development"


def test_an_environment_that_nobody_knows_is_named():
    with pytest.raises(StartRefused, match="TANGGAP_ENVIRONMENT"):
        read_settings(given(TANGGAP_ENVIRONMENT="prod"))


def test_loopback_webhooks_are_a_setting_of_their_own():
    told = read_settings(given(TANGGAP_DEMO_SIGN_IN="true"))
    assert (told.demo_sign_in, told.loopback_webhooks) == (True, False)


@pytest.mark.parametrize("verb", ["`./tanggap demo`", "`./tanggap token`"])
def test_a_verb_for_play_is_refused_in_production(verb):
    with pytest.raises(StartRefused, match="for a demonstration alone"):
        refuse_play({"TANGGAP_ENVIRONMENT": "production"}, verb)
    refuse_play({}, verb)


def test_a_district_that_holds_the_sample_does_not_start_as_production(database):
    def start(environment: str) -> None:
        refuse_sample(read_settings(given(DATABASE_URL=login(database, "intake"), TANGGAP_ENVIRONMENT=environment)))

    start("production")
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute("INSERT INTO intake.school_v1 (generation, school, name, level) VALUES (1, %s, 'SMP', 'smp')", (min(sample_schools()),))
    start("development")
    with pytest.raises(StartRefused, match="holds the demonstration's sample"):
        start("production")
