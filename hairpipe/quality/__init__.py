"""The user's own quality model: what it looks at, how it rates, where it is kept."""
