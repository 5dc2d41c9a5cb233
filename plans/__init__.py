"""Contingency plans: library, versions, proposal, activation; instructions; exercises."""
