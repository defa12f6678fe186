"""How good the extraction is, measured on labelled portraits."""
