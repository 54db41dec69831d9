"""Dapodik, the national system that Indonesian schools keep their people in: its answers as JSON, its lists as XLSX or CSV, its web service."""
