"""Draws one portrait, with exact masks."""
