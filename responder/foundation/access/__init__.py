"""Who may come in, as whom, and what they may see: accounts, sessions, tokens, scope, and the guard of every route."""
