"""Whom a client of ours believes over TLS."""

import ssl
from functools import cache

import httpx


@cache
def trust() -> ssl.SSLContext:
    """The authorities that httpx believes, read once a process: reading them takes longer than most answers do, and each client would do it anew."""
    return httpx.create_ssl_context(trust_env=False)
