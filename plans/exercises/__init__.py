"""Exercises: planned, confirmed, run in a lane of their own by timed injects, suspended, ended."""
