"""The two proxies of docker-compose.yml and the onion service beside them: what they keep and pass of whoever asks, and who is behind what.

`tests/chart/test_real_proxy.py` asks the proxy itself; here its files are read.
"""

import re
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PLAIN, SAFE = ((DEPLOY / name).read_text() for name in ("Caddyfile", "Caddyfile.tls"))
TORRC = (DEPLOY / "torrc").read_text()
BOTH = PLAIN + SAFE
KEPT_BACK = ("User-Agent", "Referer", "Forwarded", "X-Real-IP")
HSTS = 'Strict-Transport-Security "max-age=63072000"'
OURS = ("intake", "cases", "notifications")


def lines(text: str) -> list[str]:
    """Without comments."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def block(text: str, opening: str) -> list[str]:
    """The lines of the block that this line opens, up to the brace that closes it."""
    told = lines(text)
    found: list[str] = []
    depth = 1
    for line in told[told.index(opening) + 1 :]:
        depth += line.endswith("{") - (line == "}")
        if not depth:
            return found
        found.append(line)
    raise AssertionError(f"{opening} has no end")


def mounted(service: str) -> set[str]:
    return {each.split(":")[0] for each in SERVICES[service]["volumes"] if each.startswith("./")}


def test_no_proxy_writes_down_who_asks():
    assert block(PLAIN, "log {") == ["exclude http.log.access http.log.error http.handlers.reverse_proxy"]
    assert [line for line in lines(BOTH) if re.match(r"(log|log_append|log_name|debug|trace)\b", line)] == ["log {"]


def test_no_proxy_passes_more_than_the_network_of_whoever_asks():
    """The address is counted in memory, so that a flood fills no page and whoever guesses waits; browser and page before go nowhere."""
    assert block(PLAIN, "reverse_proxy intake:8000 {") == [f"header_up -{each}" for each in KEPT_BACK]
    assert [line for line in lines(BOTH) if "intake:8000" in line] == ["reverse_proxy intake:8000 {"]
    assert set(re.findall(r"\{[^\s{}]+\}", "\n".join(lines(BOTH)))) == {"{$TANGGAP_HOST}", "{$TANGGAP_TLS}"}
    assert "trusted_proxies" not in BOTH, "whoever asks could say that they are somebody else"


def test_over_tls_a_browser_never_comes_without_it_again():
    site = block(SAFE, "https://{$TANGGAP_HOST} {")
    assert site == ["tls {$TANGGAP_TLS}", f"header {HSTS}", f"header >{HSTS}", "import district"]
    assert lines(SAFE)[0] == "import Caddyfile"
    assert [line for line in lines(BOTH) if line.startswith(("http://", "https://", ":"))] == [":8080 {", ":8081 {", "https://{$TANGGAP_HOST} {"]


def test_both_doors_lead_to_the_same_rooms():
    assert block(PLAIN, ":8080 {") == ["import district"]
    handled = [line for line in block(PLAIN, "(district) {") if line.startswith("handle")]
    assert handled == [*(f"handle /{service}/* {{" for service in OURS), "handle {"]
    assert mounted("tls") == {f"./deploy/{name}" for name in ("Caddyfile", "Caddyfile.tls")}
    assert SERVICES["tls"]["command"][:4] == ["caddy", "run", "--config", "/etc/caddy/Caddyfile.tls"]


def test_the_world_reaches_the_door_over_tls_and_this_machine_alone_what_has_none():
    opened = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert opened == {"proxy": ["${TANGGAP_PLAIN:-127.0.0.1}:8080:8080", "127.0.0.1:8081:8081"], "tls": ["80:80", "443:443", "443:443/udp"]}
    assert [name for name, each in SERVICES.items() if "network_mode" in each or "privileged" in each] == []


def test_the_door_may_do_nothing_but_open_low_ports():
    door = SERVICES["tls"]
    told = [door[name] for name in ("read_only", "cap_drop", "cap_add", "security_opt")]
    assert told == [True, ["ALL"], ["NET_BIND_SERVICE"], ["no-new-privileges:true"]]
    assert "${TANGGAP_CERTIFICATES:-./deploy/certificates}:/certificates:ro" in door["volumes"]
    assert set(door["environment"]) == {"TANGGAP_HOST", "TANGGAP_TLS"}


@pytest.mark.parametrize(("profile", "what"), [("tls", {"tls"}), ("standby", {"postgres-standby"}), ("replica", {"redis-replica"})])
def test_a_profile_adds_and_takes_nothing_away(profile, what):
    assert {name for name, each in SERVICES.items() if profile in each.get("profiles", ())} == what
    waited = {name for each in SERVICES.values() if "profiles" not in each for name in each.get("depends_on", ())}
    assert not waited & what, "who has no such profile would never start"


def test_no_profile_asks_those_for_a_setting_who_do_not_use_it():
    """Compose looks for every `:?` of the whole file, whichever profiles are on."""
    text = (DEPLOY.parent / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert {name for name in asked if name.startswith("TANGGAP_")} == set()


def test_the_onion_service_leads_to_reporting_alone_and_writes_nobody_down():
    told = dict(line.split(" ", 1) for line in lines(TORRC))
    assert told["HiddenServicePort"] == "80 127.0.0.1:8081"
    assert (told["SafeLogging"], told["Log"]) == ("1", "err syslog")
    assert not {"HiddenServiceExportCircuitID", "HiddenServiceSingleHopMode", "HiddenServiceNonAnonymousMode"} & set(told)
    site = block(PLAIN, ":8081 {")
    assert site[1:] == ["handle @reporting {", "import without_traces", "}", "handle {", "redir * /intake/lapor", "}"]
    reached = site[0].removeprefix("@reporting path ").split()
    assert not [path for path in reached if re.search("masuk|kelola|akun|api|v1", path)]
