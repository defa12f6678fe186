"""The network: its shape and how it is fitted."""
