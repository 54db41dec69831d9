"""Traces of what was stored, across HTTP, streams and calls: off without TANGGAP_TRACES, without ids or content (ADR 63)."""

from shared.tracing.spans import Traces, traces

__all__ = ["Traces", "traces"]
