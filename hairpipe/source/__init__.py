"""Readers that turn a scraped database into a stream of portraits."""
