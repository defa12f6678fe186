"""Local and remote files behind one small object, and what goes wrong with them."""
