"""Six fictional partner agencies as HSDS 3.0 organisations. Their webhook stands in `attributes`."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

AGENCIES = (
    ("puskesmas", "Puskesmas Contoh (FIKTIF)", "health-centre", ("Pemeriksaan kesehatan remaja", "Rujukan medis")),
    ("psikolog", "Biro Psikologi Harapan Contoh (FIKTIF)", "psychologist", ("Asesmen psikologis anak", "Konseling keluarga")),
    ("rsud", "RSUD Contoh (FIKTIF)", "hospital", ("Psikiatri anak", "Gawat darurat")),
    ("uptd-ppa", "UPTD PPA Contoh (FIKTIF)", "child-protection", ("Pendampingan korban", "Rumah aman")),
    ("polres", "Unit PPA Polres Contoh (FIKTIF)", "police", ("Laporan polisi", "Perlindungan saksi anak")),
    ("dinsos", "Dinas Sosial Contoh (FIKTIF)", "social-affairs", ("Bantuan sosial", "Pekerja sosial")),
)
_AREA = "Kabupaten Contoh"
_DAY_AND_NIGHT = frozenset({"Gawat darurat", "Rumah aman", "Laporan polisi"})
_UNACCOMPANIED = {"rsud": "yes", "uptd-ppa": "yes", "psikolog": "no"}


def organizations(webhook_origin: str, secrets: dict[str, str]) -> list[dict[str, Any]]:
    """The HSDS organisation objects. webhook_origin: where the simulator listens. secrets: `whsec_…` by the agency's key."""
    return [_organization(key, name, kind, services, webhook_origin, secrets[key]) for key, name, kind, services in AGENCIES]


def agency_id(key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:tanggap:sample:agency:{key}"))


def _organization(key: str, name: str, kind: str, services: tuple[str, ...], origin: str, secret: str) -> dict[str, Any]:
    identifier = agency_id(key)
    return {
        "id": identifier,
        "name": name,
        "description": f"Lembaga mitra fiktif untuk peragaan ({kind}).",
        "services": [_service(identifier, text) for text in services],
        "phones": [{"id": _id(f"{identifier}/telepon"), "number": "000-000-000", "description": "nomor fiktif"}],
        "attributes": [
            {"id": _id(f"{identifier}/{label}"), "label": label, "value": value}
            for label, value in (
                ("tanggap.kind", kind),
                ("tanggap.webhook", f"{origin}/agencies/{key}"),
                ("tanggap.secret", secret),
                ("tanggap.unaccompanied", _UNACCOMPANIED.get(key, "")),
            )
            if value
        ],
    }


def _service(agency: str, name: str) -> dict[str, Any]:
    """For school age, in the district; some are open day and night."""
    hours = (
        {"freq": "DAILY", "opens_at": "00:00", "closes_at": "23:59"} if name in _DAY_AND_NIGHT else {"byday": "MO,TU,WE,TH,FR", "opens_at": "08:00"}
    )
    return {
        "id": _id(f"{agency}/{name}"),
        "name": name,
        "status": "active",
        "minimum_age": 6,
        "maximum_age": 18,
        "service_areas": [{"id": _id(f"{agency}/{name}/wilayah"), "name": _AREA}],
        "schedules": [{"id": _id(f"{agency}/{name}/jam"), **hours}],
    }


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
