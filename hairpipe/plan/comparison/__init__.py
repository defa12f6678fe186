"""The scrape's listing held against the inventory of earlier runs: two tables, and their join."""
