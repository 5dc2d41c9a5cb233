"""Papers made from an incident's record: quick report, follow-up, urgent information, SMS and telephone script."""
