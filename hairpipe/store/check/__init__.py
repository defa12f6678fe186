"""Checking an output folder: what is in its files, and what lies where."""
