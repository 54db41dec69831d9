"""Prepares and upgrades the databases of the services with the administrator's address, which no service holds (ADR 12).

`./tanggap migrate` and `python -m shared.migrate` use it; no service imports it.
"""
