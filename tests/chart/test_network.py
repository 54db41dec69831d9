"""Who may speak to whom inside the cluster, worked out from the policies as a cluster works it out."""

from typing import Any

import pytest

from shared.keys import SERVICES
from tests.chart.rendering import MONITORING, MOST, of_kind, pods, rendered

pytestmark = pytest.mark.chart

PORTS: dict[str, int] = {"intake": 8000, "cases": 8000, "notifications": 8000, "proxy": 8080}


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchExpressions", [])
    assert all(each["operator"] == "In" for each in wanted)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(labels.get(each["key"]) in each["values"] for each in wanted)


def allowed(manifests: list[dict[str, Any]], name: str, direction: str) -> list[tuple[int, list[dict[str, Any]]]]:
    """Ports, and the peers at each (none named: everybody), that the policies of this pod allow."""
    labels = dict(pods(manifests))[name]["metadata"]["labels"]
    policies = [each["spec"] for each in of_kind("NetworkPolicy", manifests).values() if selects(each["spec"]["podSelector"], labels)]
    assert any(not {"ingress", "egress"} & each.keys() and each["policyTypes"] == ["Ingress", "Egress"] for each in policies), (
        "nobody is told to be silent"
    )
    peers = "from" if direction == "ingress" else "to"
    return [(port["port"], rule.get(peers, [])) for policy in policies for rule in policy.get(direction, []) for port in rule["ports"]]


def between(manifests: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Which pod of the district reaches which other: one may speak there, and the other may listen."""
    labels = {name: template["metadata"]["labels"] for name, template in pods(manifests)}

    def reached(one: str, direction: str, other: str, port: int) -> bool:
        found = (peer for told, peers in allowed(manifests, one, direction) if told == port for peer in peers)
        return any("podSelector" in peer and selects(peer["podSelector"], labels[other]) for peer in found)

    return {
        (one, other) for one in labels for other, port in PORTS.items() if reached(one, "egress", other, port) and reached(other, "ingress", one, port)
    }  # fmt: skip


def outside(manifests: list[dict[str, Any]], name: str) -> set[int]:
    """Ports at which a pod reaches what is not of the district, but for the names of the cluster."""
    return {port for port, peers in allowed(manifests, name, "egress") if port != 53 and not any("podSelector" in peer for peer in peers)}


def test_services_speak_to_each_other_the_proxy_to_them_and_jobs_to_none():
    assert between(rendered()) == {(one, other) for one in (*SERVICES, "proxy") for other in SERVICES}


def test_each_reaches_outside_what_it_needs_and_no_more():
    manifests = rendered()
    assert {name: outside(manifests, name) for name, _ in pods(manifests)} == {
        "intake": {5432, 6379, 443}, "cases": {5432, 6379}, "notifications": {5432, 6379, 443, 25}, "proxy": set(), "migrate": {5432}, "operate": {5432},
    }  # fmt: skip


def test_what_a_district_says_of_its_network_holds():
    manifests = rendered(MOST)
    assert {name: outside(manifests, name) for name, _ in pods(manifests)} == {
        "intake": {5433, 6379, 443}, "cases": {5433, 6379, 3310}, "notifications": {5433, 6379, 443, 25}, "proxy": set(), "migrate": {5433},
        "operate": {5433},
    }  # fmt: skip
    assert all(MONITORING in peers for service in SERVICES for _, peers in allowed(manifests, service, "ingress"))
    assert allowed(manifests, "proxy", "ingress") == [(8080, MOST["network"]["browsers"])]


def test_nobody_asks_a_job_and_everybody_the_proxy():
    manifests = rendered()
    assert (allowed(manifests, "migrate", "ingress"), allowed(manifests, "operate", "ingress")) == ([], [])
    assert allowed(manifests, "proxy", "ingress") == [(8080, [])]


def test_the_web_is_not_the_network_of_the_cluster():
    """An address that somebody typed leads to no neighbour and to no cloud's own data of the machine."""
    (peers,) = [peers for port, peers in allowed(rendered(), "notifications", "egress") if port == 443]
    assert peers == [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]}}
    ]
