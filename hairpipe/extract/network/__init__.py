"""The small network: what it predicts of a picture, and how it is run."""
