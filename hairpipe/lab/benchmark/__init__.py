"""Measurements: a portrait by stage, the job against a plain loop, growth. See ``jobs/benchmark.py``."""
