"""Real PostgreSQL and real Redis from wheels: without Docker, without root, and also when started by root."""
