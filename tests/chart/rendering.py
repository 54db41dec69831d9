"""The chart as a cluster would be given it. Helm and the schemas lie apart (`make chart`), so they are imported where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "chart"
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

LEAST: dict[str, Any] = {
    "publicOrigin": "https://bk.example.invalid",
    "image": {"repository": "registry.example.invalid/tanggap"},
    "backup": {"recipient": RECIPIENT},
}
"""What must be said."""

MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}

MOST: dict[str, Any] = LEAST | {
    "settings": {"TANGGAP_SIGN_IN_WAYS": "passkey,password"},
    "image": {"repository": "registry.example.invalid/tanggap", "tag": "0.2.1", "pullSecrets": ["registry"]},
    "services": {
        "intake": {"replicas": 4, "files": "tanggap-files", "settings": {"TANGGAP_RETENTION_FILE": "/etc/tanggap/files/retention.toml"}},
        "cases": {"replicas": 3, "egress": [{"ports": [{"port": 3310}]}]},
    },
    "proxy": {"replicas": 3, "trusted": ["192.0.2.0/24"]},
    "ingress": {"host": "bk.example.invalid", "className": "nginx", "tlsSecret": "bk-tls", "annotations": {"example.invalid/a": "b"}},
    "journal": {"claim": "journal-of-the-district"},
    "backup": {"recipient": RECIPIENT, "claim": "backups-elsewhere"},
    "network": {
        "postgres": {"peers": [{"ipBlock": {"cidr": "192.0.2.5/32"}}], "port": 5433},
        "browsers": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}],
        "monitoring": [MONITORING],
    },
}
"""Everything that can be said."""


def rendered(values: Mapping[str, Any] = LEAST) -> list[dict[str, Any]]:
    """Every manifest, in the order of the files."""
    from helm_python import Chart

    with Chart.load(CHART) as chart:
        files = chart.render(dict(values), name="tanggap", namespace="bk")
    return [manifest for text in files.values() for manifest in yaml.safe_load_all(text) if manifest]


def of_kind(kind: str, manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By their names."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def pods(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What every pod is made from, by the name that others know it by."""
    for each in manifests:
        spec = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each.get("spec", {})
        if "template" in spec:
            yield spec["template"]["metadata"]["labels"]["app.kubernetes.io/name"], spec["template"]


def container(template: dict[str, Any]) -> dict[str, Any]:
    (only,) = template["spec"]["containers"]
    return dict(only)


def from_secrets(template: dict[str, Any]) -> set[tuple[str, str]]:
    """Which keys of which Secrets a pod is given, as settings or as files."""
    asked = {
        tuple(each["valueFrom"]["secretKeyRef"][part] for part in ("name", "key"))
        for each in container(template).get("env", [])
        if "valueFrom" in each
    }
    mounted = [each["secret"] for each in template["spec"]["volumes"] if "secret" in each]
    return asked | {(each["secretName"], item["key"]) for each in mounted for item in each.get("items", [{"key": "*"}])}
