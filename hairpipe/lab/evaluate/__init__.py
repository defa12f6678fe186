"""How good the extraction is, measured on labelled portraits."""

from hairpipe.lab.evaluate.colors import ColorReport, ColorScore, evaluate_colors
from hairpipe.lab.evaluate.masks import MaskReport, MaskScore, evaluate_masks

__all__ = ["ColorReport", "ColorScore", "MaskReport", "MaskScore", "evaluate_colors", "evaluate_masks"]
