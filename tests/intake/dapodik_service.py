"""Dapodik's web service as a process of its own, with its faults: `python -m tests.intake.dapodik_service FAULT` prints its port."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.intake.dapodik import ANI, ANSWERS

TOKEN = "token-dari-pengaturan"
NPSN = "20109999"
STUDENTS = 1_100
"""More than two pages."""

PEOPLE = [{**ANI, "peserta_didik_id": f"P-{number}", "nama": f"Murid {number}"} for number in range(STUDENTS)]


class Service(BaseHTTPRequestHandler):
    """fault: what is wrong with this one. asked: how often it was."""

    fault = ""
    asked = 0

    def do_GET(self) -> None:
        Service.asked += 1
        told = urlsplit(self.path)
        wanted = {name: values[0] for name, values in parse_qs(told.query).items()}
        if self.headers["authorization"] != f"Bearer {TOKEN}" or wanted.get("npsn") != NPSN:
            self._say(401 if self.fault != "a refusal as 200" else 200, json.dumps({"success": False, "message": "Token tidak valid"}))
            return
        endpoint = told.path.removeprefix("/WebService/")
        if self._fails(endpoint):
            return
        self._say(200, json.dumps(self._answer(endpoint, wanted)))

    def _fails(self, endpoint: str) -> bool:
        match self.fault:
            case "a page of HTML":
                self._say(200, "<!doctype html><title>Masuk Dapodik</title>")
            case "silence once" if Service.asked == 1:
                self.close_connection = True
            case "busy twice" if Service.asked <= 2:
                self._say(503, "")
            case "always busy":
                self._say(503, "")
            case "elsewhere":
                self.send_response(302)
                self.send_header("location", "http://127.0.0.1:9/")
                self.end_headers()
            case "cut off" if endpoint == "getPesertaDidik":
                self.send_response(200)
                self.send_header("content-length", "100000")
                self.end_headers()
                self.wfile.write(b'{"rows": [')
                self.close_connection = True
            case _:
                return False
        return True

    def _answer(self, endpoint: str, wanted: dict[str, str]) -> object:
        if endpoint != "getPesertaDidik":
            return ANSWERS[endpoint]
        if self.fault == "half the pages":
            return {"results": STUDENTS, "rows": PEOPLE[:300]}
        if self.fault == "no pages":
            return {"results": STUDENTS, "rows": PEOPLE}
        limit = 100 if self.fault == "small pages" else int(wanted["limit"])
        start = (int(wanted["page"]) - 1) * limit
        return {"results": STUDENTS, "rows": PEOPLE[start : start + limit]}

    def _say(self, status: int, content: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content.encode())))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing is logged."""


if __name__ == "__main__":
    Service.fault = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    print(server.server_port, flush=True)
    server.serve_forever()
