"""The article's method, step by step."""
