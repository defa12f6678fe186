"""The commands of the command line, thin over the package."""
