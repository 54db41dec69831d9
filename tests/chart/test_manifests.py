"""Every manifest that the chart gives is one that a cluster takes, and each pod is given what its service needs and nothing else (ADR 84)."""

import re
from base64 import urlsafe_b64encode

import pytest

from shared.keys import SERVICES
from shared.settings import read_settings
from tests.chart.rendering import CHART, LEAST, MOST, container, from_secrets, of_kind, pods, rendered

pytestmark = pytest.mark.chart

VERSIONS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
KEY = urlsafe_b64encode(b"k" * 32).decode()

COMMON = {"DATABASE_URL", "REDIS_URL", "secrets"}
PASSWORDS = {*(f"{service.upper()}_DATABASE_PASSWORD" for service in SERVICES), "ERASURE_DATABASE_PASSWORD"}
GIVEN = {
    "intake": {("tanggap-intake", key) for key in COMMON | {"TANGGAP_ERASURE_DATABASE_URL"}},
    "cases": {("tanggap-cases", key) for key in COMMON},
    "notifications": {("tanggap-notifications", key) for key in COMMON | {"SMTP_URL"}},
    "proxy": set(),
    "migrate": {("tanggap-administrator", key) for key in PASSWORDS | {"DATABASE_ADMIN_URL"}},
    "operate": {("tanggap-administrator", "DATABASE_ADMIN_URL"), ("tanggap-district", "secrets")},
}
FROM_SECRETS = {
    "DATABASE_URL": "postgresql://postgres", "REDIS_URL": "redis://redis", "SMTP_URL": "smtp://mail.example.invalid",
    "TANGGAP_ERASURE_DATABASE_URL": "postgresql://postgres",
}  # fmt: skip


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version, values):
    from kubernetes_validate import validate

    assert {validate(each, version, strict=True) for each in rendered(values)} == {version}


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
def test_helm_finds_nothing_to_warn_of(values):
    from helm_python.chart import lint

    told = lint(CHART, values, strict=True, namespace="bk")
    assert ([each["error"] for each in told["messages"]], told["errors"]) == (["icon is recommended"], [])


def test_each_pod_is_given_its_own_secrets_by_reference_and_no_value_of_one():
    manifests = rendered()
    assert {name: from_secrets(template) for name, template in pods(manifests)} == GIVEN
    assert of_kind("Secret", manifests) == {}


def test_files_of_a_service_are_mounted_in_that_one_alone():
    assert {name for name, template in pods(rendered(MOST)) if ("tanggap-files", "*") in from_secrets(template)} == {"intake"}


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_understands_every_setting_that_it_is_given(service, values, tmp_path):
    environment = {each["name"]: each.get("value") or FROM_SECRETS[each["name"]] for each in container(dict(pods(rendered(values)))[service])["env"]}
    assert environment["TANGGAP_SECRETS_FILE"] == "/etc/tanggap/secrets/secrets"
    (tmp_path / "secrets").write_text(f"access 1 {KEY}\nmaster 1 {KEY}\n{service} 1 {KEY}\n")
    told = read_settings(environment | {"TANGGAP_SECRETS_FILE": str(tmp_path / "secrets")})
    ports = {name: each["spec"]["ports"][0]["port"] for name, each in of_kind("Service", rendered(values)).items()}
    assert [told.origin(each) for each in SERVICES] == [f"http://{each}:{ports[each]}" for each in SERVICES]
    assert (told.environment, told.public_origin) == ("production", "https://bk.example.invalid")


def test_no_pod_may_do_more_than_it_must():
    for name, template in pods(rendered(MOST)):
        spec, only = template["spec"], container(template)
        assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["seccompProfile"]) == (True, {"type": "RuntimeDefault"}), name
        assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False), name
        assert only["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]} | ({"add": ["NET_BIND_SERVICE"]} if name == "proxy" else {}),
        }, name  # fmt: skip
        assert {"cpu", "memory"} <= set(only["resources"]["requests"]), name
        assert "memory" in only["resources"]["limits"], name


def test_every_image_is_one_that_the_dockerfile_makes():
    recipe = (CHART.parents[1] / "Dockerfile").read_text()
    named = {
        re.fullmatch(r"registry\.example\.invalid/tanggap-(\w+):0\.2\.1", container(template)["image"])
        for name, template in pods(rendered(MOST))
        if name != "proxy"
    }
    stages = set(re.findall(r"^FROM base AS (\w+)$", recipe, re.MULTILINE))
    assert {each and each[1] for each in named} == stages | set(SERVICES)


@pytest.mark.parametrize(("values", "workers"), [(LEAST, (2, 2, 2, 2)), (MOST, (4, 3, 2, 3))], ids=["least", "most"])
def test_how_many_processes_there_are_is_said_by_values_and_none_ends_before_another_is_ready(values, workers):
    manifests = rendered(values)
    deployments, budgets, services = (of_kind(kind, manifests) for kind in ("Deployment", "PodDisruptionBudget", "Service"))
    assert tuple(deployments[name]["spec"]["replicas"] for name in (*SERVICES, "proxy")) == workers
    for name, each in deployments.items():
        labels = each["spec"]["template"]["metadata"]["labels"].items()
        assert each["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert each["spec"]["selector"]["matchLabels"].items() <= labels
        assert budgets[name]["spec"]["selector"]["matchLabels"].items() <= labels
        assert (budgets[name]["spec"]["maxUnavailable"], services[name]["spec"]["selector"].items() <= labels) == (1, True)


@pytest.mark.parametrize("service", SERVICES)
def test_a_probe_asks_the_process_and_not_what_all_processes_share(service):
    """Else one part that stands still would take every process out, and a child would be turned away (ADR 84)."""
    only = container(dict(pods(rendered()))[service])
    asked = {probe: only[probe]["httpGet"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert asked == {probe: {"path": f"/{service}/healthz", "port": "http"} for probe in asked}
    assert only["ports"] == [{"name": "http", "containerPort": 8000}]


def test_the_databases_are_prepared_before_a_release_begins_and_backed_up_every_night():
    manifests = rendered()
    migrate, backup = of_kind("Job", manifests)["migrate"], of_kind("CronJob", manifests)["backup"]["spec"]
    assert migrate["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert (backup["schedule"], backup["timeZone"], backup["concurrencyPolicy"]) == ("30 1 * * *", "Asia/Jakarta", "Forbid")
    assert container(dict(pods(manifests))["operate"])["args"] == ["backup", "keep", "/var/lib/tanggap/backups"]


def test_journal_and_backups_stay_when_the_chart_goes_and_may_be_claims_that_are_there():
    made = of_kind("PersistentVolumeClaim", rendered())
    assert {name: (each["metadata"]["annotations"], each["spec"]["accessModes"]) for name, each in made.items()} == {
        "journal": ({"helm.sh/resource-policy": "keep"}, ["ReadWriteMany"]), "backups": ({"helm.sh/resource-policy": "keep"}, ["ReadWriteOnce"]),
    }  # fmt: skip
    theirs = rendered(MOST)
    claimed = {
        name: {each["persistentVolumeClaim"]["claimName"] for each in template["spec"]["volumes"] if "persistentVolumeClaim" in each}
        for name, template in pods(theirs)
    }
    assert of_kind("PersistentVolumeClaim", theirs) == {}
    assert {name for name, claims in claimed.items() if claims == {"journal-of-the-district"}} == set(SERVICES)
    assert {name: claims for name, claims in claimed.items() if name not in SERVICES} == {
        "proxy": set(),
        "migrate": set(),
        "operate": {"backups-elsewhere"},
    }


def test_the_proxy_hides_who_asks_as_it_does_without_a_cluster():
    ours = (CHART.parent / "Caddyfile").read_text()
    assert of_kind("ConfigMap", rendered())["proxy"]["data"] == {"Caddyfile": ours}
    trusting = of_kind("ConfigMap", rendered(MOST))["proxy"]["data"]["Caddyfile"]
    assert trusting == ours.replace("\tadmin off\n", "\tadmin off\n\tservers {\n\t\ttrusted_proxies static 192.0.2.0/24\n\t}\n")
