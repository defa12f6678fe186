"""What a run leaves of itself, and how it is read again."""
