"""The page on which a person judges the results, and the quality model learnt from that."""
