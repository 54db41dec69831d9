"""Which requests come from this machine and from our own pages, and where a browser may be sent after signing in."""

import pytest
from starlette.requests import Request

from district.origins import is_same_origin, on_this_machine
from shared.pages import path_of_ours


def asked(client: str | None = "127.0.0.1", **headers: str) -> Request:
    told = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    address = (client, 50_000) if client else None
    return Request({"type": "http", "method": "POST", "scheme": "http", "path": "/masuk", "client": address, "headers": told})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.0.9", "::1"])
def test_a_browser_here_that_asks_for_a_loopback_name_is_on_this_machine(client, host):
    assert on_this_machine(asked(client, host=host))


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("192.0.2.1", {"host": "127.0.0.1:8000"}),
        (None, {"host": "127.0.0.1:8000"}),
        ("a-socket", {"host": "127.0.0.1:8000"}),
        ("127.0.0.1", {}),
        ("127.0.0.1", {"host": "evil.example"}),
        ("127.0.0.1", {"host": "127.0.0.1.evil.example"}),
        ("127.0.0.1", {"host": "localhost:8000@evil.example"}),
        ("127.0.0.1", {"host": "[::1"}),
        *(("127.0.0.1", {"host": "127.0.0.1", name: "127.0.0.1"}) for name in ("forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_real_ip")),
    ],
)  # fmt: skip
def test_whoever_comes_from_elsewhere_or_through_a_proxy_or_under_another_name_is_not(client, headers):
    assert not on_this_machine(asked(client, **headers))


OURS = "http://localhost:8000"


@pytest.mark.parametrize(
    "headers", [{"origin": OURS}, {"sec_fetch_site": "same-origin"}, {"origin": OURS, "sec_fetch_site": "same-origin"}]
)  # fmt: skip
def test_a_form_of_our_own_page_is_of_the_same_origin(headers):
    assert is_same_origin(asked(host="localhost:8000", **headers))


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"origin": "null"}, {"origin": "http://evil.example"}, {"origin": "http://localhost:8001"}, {"origin": "https://localhost:8000"},
        {"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "none"},
        {"origin": OURS, "sec_fetch_site": "cross-site"}, {"origin": "http://evil.example", "sec_fetch_site": "same-origin"},
    ],
)  # fmt: skip
def test_what_another_page_or_none_sends_is_not(headers):
    assert not is_same_origin(asked(host="localhost:8000", **headers))


@pytest.mark.parametrize(
    "path", ["/cases", "/cases/", "/intake/lapor", "/cases/cases/0b1f", "/cases/api/lists?school=s&x=%20a..b", "/notifications/docs#isi"]
)
def test_a_page_of_ours_may_open_after_signing_in(path):
    assert path_of_ours(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, 7, "", "/", "/masuk", "cases/", "//evil.example/cases/", "/\\evil.example", "/cases\\..\\..", "https://evil.example/cases/",
        "http:/cases/", "/casesevil/", "/cases/../masuk", "/cases/%2e%2e/", "/cases/%5Cevil", "/cases/\n", "/cases/\t/evil", "/cases/%0d%0aSet-Cookie:x",
        " /cases/", "/cases/ü", "/%63ases/../../", "javascript:alert(1)", "/cases/\x00",
    ],
)  # fmt: skip
def test_nothing_else_may(path):
    assert path_of_ours(path) is None
