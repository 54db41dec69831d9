"""Benchmarks: `make bench`, or `python -m bench append replay latency loop`. Side by side with a peer in one run where it has the operation."""
