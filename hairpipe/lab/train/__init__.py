"""Learning from labelled portraits what the extraction knows."""
