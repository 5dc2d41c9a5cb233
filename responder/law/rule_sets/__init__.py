"""The shipped rule sets A to E, one TOML file each; the schema is `responder.law.rule_set`."""
