"""A picture cut into regions of one colour, and the choice of those that are hair."""
