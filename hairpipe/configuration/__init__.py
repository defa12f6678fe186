"""How a configuration is read: layers, mistakes, models."""
