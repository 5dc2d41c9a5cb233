"""Messages that leave the house: one row for each attempt, its channel, its receipt and its answer."""
