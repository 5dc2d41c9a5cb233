"""Report legs up the chain: who owes a report to whom, by when, by which rule, and the receipt for it."""
