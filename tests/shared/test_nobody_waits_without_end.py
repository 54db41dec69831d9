"""Whoever asks another system over HTTP says how long it is waited for. A default of the library's is no decision of ours, and none at all hangs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKS = frozenset({"AsyncClient", "Client", "get", "post", "put", "patch", "delete", "head", "options", "request", "stream"})
"""What of httpx makes a client or asks by itself."""


def without_end(source: str) -> Iterator[int]:
    """Lines that make a client, or ask without one, and say no timeout. What stays within the process has no network to wait for."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="httpx"), attr=name) | ast.Name(id="AsyncClient" as name)) if name in ASKS:
                told = {keyword.arg: keyword.value for keyword in node.keywords}
                within = "ASGITransport" in ast.unparse(told.get("transport", ast.Constant(None)))
                if not within and ("timeout" not in told or ast.unparse(told["timeout"]) == "None"):
                    yield node.lineno


@pytest.mark.parametrize("package", ["district", "services", "shared"])
def test_every_http_client_says_how_long_it_waits(package: str) -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / package).rglob("*.py")}
    assert [f"{path.relative_to(ROOT)}:{line}" for path, source in sources.items() for line in without_end(source)] == []


@pytest.mark.parametrize(
    "source",
    ["httpx.AsyncClient(trust_env=False)", "httpx.Client(timeout=None)", "httpx.get('http://a')", "AsyncClient(transport=transport)"],
)
def test_a_client_that_says_nothing_is_found(source: str) -> None:
    assert list(without_end(source)) == [1]


@pytest.mark.parametrize("source", ["httpx.AsyncClient(timeout=5)", "httpx.post('http://a', timeout=PATIENCE)", "client.get('http://a')"])
def test_a_client_that_says_it_is_not(source: str) -> None:
    assert list(without_end(source)) == []


def test_a_client_of_the_own_process_has_no_network() -> None:
    assert list(without_end("httpx.AsyncClient(transport=httpx.ASGITransport(app=app))")) == []
