"""One kind of task for plans, instructions, injects and findings: who holds it, until when, with what result."""
