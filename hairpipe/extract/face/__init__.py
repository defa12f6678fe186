"""Faces: boxes, detectors, and who is asked for one."""
