"""Colours: reduced, in CIELAB, gathered into tones, named."""
