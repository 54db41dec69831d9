"""A OneRoster 1.2 REST provider as a process of its own, after the specification's information model: `python -m tests.intake.oneroster_service FAULT`."""

import base64
import json
import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET, TOKEN = "tanggap", "rahasia-klien", "token-sementara"
CANARY = "Kanarikuning"
STUDENTS = 1_200
OLD, NEW = "2026-01-01T00:00:00.000Z", "2026-11-20T00:00:00.000Z"


def link(kind: str, key: str) -> dict[str, str]:
    return {"href": f"https://sis.invalid/ims/oneroster/rostering/v1p2/{kind}s/{key}", "sourcedId": key, "type": kind}


def user(key: str, name: str, role: str, *, agents: Sequence[str] = (), modified: str = OLD) -> dict[str, Any]:
    return {
        "sourcedId": key, "status": "active", "dateLastModified": modified, "enabledUser": "true", "username": CANARY, "password": CANARY,
        "userIds": [{"type": "NIK", "identifier": CANARY}], "givenName": name, "familyName": "Contoh", "middleName": "", "email": "",
        "phone": "0811", "sms": "", "agents": [link("user", each) for each in agents], "primaryOrg": link("org", "smp1"),
        "roles": [{"roleType": "primary", "role": role, "org": link("org", "smp1")}], "metadata": {"agama": CANARY},
    }  # fmt: skip


SCHOOL = {
    "sourcedId": "smp1", "status": "active", "dateLastModified": OLD, "name": "SMP Negeri 1 Contoh", "type": "school", "identifier": "20109999",
}  # fmt: skip
HOMEROOM = {"sourcedId": "k8a", "status": "active", "dateLastModified": OLD, "title": "8A", "classType": "homeroom", "school": link("org", "smp1")}
PUPILS = [user(f"m{number}", f"Murid {number}", "student", agents=("ibu",), modified=NEW if number < 3 else OLD) for number in range(STUDENTS)]
COLLECTIONS: dict[str, list[dict[str, Any]]] = {
    "orgs": [SCHOOL],
    "users": [*PUPILS, user("ibu", "Ibu", "parent"), user("sari", "Sari", "counselor")],
    "classes": [HOMEROOM],
    "enrollments": [
        {
            "sourcedId": f"e{n}",
            "status": "active",
            "dateLastModified": OLD,
            "role": "student",
            "class": link("class", "k8a"),
            "user": link("user", f"m{n}"),
        }
        for n in range(STUDENTS)
    ],
    "demographics": [
        {"sourcedId": f"m{n}", "status": "active", "dateLastModified": OLD, "birthDate": "2012-05-06", "sex": CANARY} for n in range(STUDENTS)
    ],
}


class Provider(BaseHTTPRequestHandler):
    fault = ""
    asked = 0

    def do_POST(self) -> None:
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        self.rfile.read(int(self.headers["content-length"]))
        if self.headers["authorization"] != f"Basic {wanted}":
            self._say(401, {"error": "invalid_client"})
        else:
            self._say(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self) -> None:
        Provider.asked += 1
        told = urlsplit(self.path)
        collection = told.path.rpartition("/")[2]
        if self.headers["authorization"] != f"Bearer {TOKEN}":
            self._say(401, {"imsx_codeMajor": "failure"})
        elif self.fault == "busy twice" and Provider.asked <= 2:
            self._say(429, {})
        elif self.fault == "HTML":
            self._say(200, "<!doctype html>")
        elif self.fault == "another model":
            self._say(200, {"data": []})
        else:
            self._page(collection, {name: values[0] for name, values in parse_qs(told.query).items()})

    def _page(self, collection: str, wanted: dict[str, str]) -> None:
        entries = COLLECTIONS[collection]
        if wanted.get("filter"):
            since = wanted["filter"].removeprefix("dateLastModified>").strip("'")
            entries = [each for each in entries if each["dateLastModified"] > since]
        limit, offset = (100 if self.fault == "small pages" else int(wanted["limit"])), int(wanted["offset"])
        if self.fault == "small pages":
            offset = offset // int(wanted["limit"]) * 100
        shown = entries if self.fault == "no pages" else entries[offset : offset + limit]
        if self.fault == "half" and collection == "users":
            shown = shown[:100] if offset == 0 else []
        self._say(200, {collection: shown}, total=len(entries))

    def _say(self, status: int, told: object, total: int = 0) -> None:
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-total-count", str(total))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing is logged."""


if __name__ == "__main__":
    Provider.fault = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(server.server_port, flush=True)
    server.serve_forever()
