"""Benchmarks: `make bench`, or `python -m bench append replay latency loop`. Where the peer library has the same operation, both run in turns."""
