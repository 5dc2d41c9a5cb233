"""The law as data: grades, hops, limits, windows and addressees by the rules of the accident's day, explained.

Pure functions over plain values: no database, no clock, nothing but the standard library (`cli` adds click).
Call `responder.law.engine.assess` with a `responder.law.model.Case`; the rules stand in `rule_sets/*.toml`.
House rules (HR-n) are the product's fixed readings where the law is silent and are marked so on every row.
"""
