"""Who did what, when: an append-only chain of hashes for each province, written with what it records."""
