"""Who is given which secret in docker-compose.yml: each service its own login's password, and the administrator's address nobody but `migrate`."""

import re
from base64 import urlsafe_b64encode
from ipaddress import ip_network
from pathlib import Path

import pytest
from uvicorn.middleware.proxy_headers import _TrustedHosts

from shared.settings import read_settings

ROOT = Path(__file__).parents[2]
KEY = urlsafe_b64encode(b"k" * 32).decode()
SERVICES = ("intake", "cases", "notifications")
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SECTIONS = dict(re.findall(r"^  ([a-z-]+):\n((?:    .*\n)+)", COMPOSE.split("\nservices:\n")[1].split("\nnetworks:\n")[0], re.MULTILINE))
SHARED = COMPOSE.split("\nservices:\n")[0]
PASSWORDS = {"POSTGRES_PASSWORD", "ERASURE_DATABASE_PASSWORD", *(f"{service.upper()}_DATABASE_PASSWORD" for service in SERVICES)}


def given(section: str) -> set[str]:
    return {name for name in PASSWORDS if f"${{{name}" in section}


def test_the_administrator_s_password_is_known_to_the_servers_and_to_migrate_alone():
    assert {name for name, section in SECTIONS.items() if "POSTGRES_PASSWORD" in given(section)} == {"postgres", "postgres-standby", "migrate"}
    assert {name for name, section in SECTIONS.items() if "DATABASE_ADMIN_URL" in section} == {"migrate"}
    assert given(SHARED) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_its_own_password_and_no_other(service):
    own = f"{service.upper()}_DATABASE_PASSWORD"
    assert given(SECTIONS[service]) == {own, *(["ERASURE_DATABASE_PASSWORD"] if service == "intake" else [])}
    assert (
        f"DATABASE_URL: postgresql://tanggap_{service}:${{{own}:?set it in .env}}@${{TANGGAP_POSTGRES:-postgres:5432/tanggap}}\n" in SECTIONS[service]
    )


def test_migrate_gives_each_login_its_password_and_the_services_wait_for_it():
    assert given(SECTIONS["migrate"]) == PASSWORDS
    assert "migrate: {condition: service_completed_successfully}" in SHARED
    assert all("<<: *service" in SECTIONS[service] for service in SERVICES)


def test_the_server_lets_nobody_in_without_a_password_and_listens_on_no_port_of_the_host():
    assert "POSTGRES_INITDB_ARGS: --auth=scram-sha-256" in SECTIONS["postgres"]
    assert [name for name, section in SECTIONS.items() if "ports:" in section] == ["proxy", "tls"]


def test_the_services_believe_the_proxy_s_network_from_where_somebody_comes():
    """Else all who report are one network, and whoever guesses there makes everybody wait."""
    (believed,) = re.findall(r"^    FORWARDED_ALLOW_IPS: (.+)$", SHARED, re.MULTILINE)
    (network,) = re.findall(r'^    ipam: \{config: \[\{subnet: "(.+)"\}\]\}$', COMPOSE, re.MULTILINE)
    (where,) = re.findall(r"^\$\{TANGGAP_NETWORK:-(.+)\}$", believed)
    assert (believed, "<<: *environment" in SECTIONS["intake"]) == (network, True)
    trusted = _TrustedHosts(where)
    assert (f"{ip_network(where)[5]}" in trusted, "192.0.2.7" in trusted) == (True, False)


def test_each_service_keeps_its_journal_apart_from_the_databases():
    """Else a restore forgets every mark and every ending since the backup. The image makes the folder, because the services write nowhere else."""
    (kept,) = re.findall(r"^    TANGGAP_JOURNAL: (.+)$", SHARED, re.MULTILINE)
    assert f'  volumes: ["${{TANGGAP_JOURNAL_FOLDER:-journal}}:{kept}", "spool:/var/tmp"]\n' in SHARED
    assert all("<<: *environment" in SECTIONS[service] and "volumes:" not in SECTIONS[service] for service in SERVICES)
    named = ["postgres", "postgres-standby", "redis", "redis-replica", "certificates", "certificates-settings", "journal", "spool"]
    assert re.findall(r"^  ([\w-]+):$", COMPOSE.split("\nvolumes:\n")[1], re.MULTILINE) == named
    image = (ROOT / "Dockerfile").read_text().split("\nFROM base\n")[1]
    assert image.index(f"RUN install -d -o tanggap -m 0700 {kept}\n") < image.index("USER tanggap")
    assert re.findall(r"^# TANGGAP_JOURNAL_FOLDER=/", (ROOT / "deploy" / ".env.example").read_text(), re.MULTILINE)
    given = {
        "DATABASE_URL": "postgresql://",
        "REDIS_URL": "redis://redis",
        "TANGGAP_MASTER_KEY": KEY,
        "TANGGAP_TOKEN_KEY": KEY,
        "TANGGAP_JOURNAL": kept,
    }
    assert read_settings(given).journal == Path(kept)


def test_every_secret_that_is_asked_for_stands_in_the_example():
    asked = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    named = set(re.findall(r"^(\w+)=", (ROOT / "deploy" / ".env.example").read_text(), re.MULTILINE))
    assert asked - named == set()
