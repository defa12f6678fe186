"""Publishing: from staged rows to a new version of the tables."""
