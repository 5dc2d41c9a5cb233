"""What every feature stands on: clock, ids, errors, database, lanes, unit of work, events, jobs."""
