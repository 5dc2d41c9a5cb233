"""Rescue bases, teams and partner forces: which fit, which are fit, and what they were ordered to do."""
