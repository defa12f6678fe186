"""The answer of a database to a query."""
