"""Staging: what workers hand over, until it is published."""
