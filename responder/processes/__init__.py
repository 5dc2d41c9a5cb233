"""The processes of an installation: clock, worker, and all of them in one tree."""
