"""Incidents: what was reported, in versions that never overwrite each other, with its two grades."""
