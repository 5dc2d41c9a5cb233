"""The job engine: one port, one adapter for one machine and one for a fleet on PostgreSQL."""
