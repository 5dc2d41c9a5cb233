"""Historic accidents as closed incidents, and what would have been owed for each under the rules of its day."""
