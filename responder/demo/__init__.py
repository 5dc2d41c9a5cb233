"""The demo world: invented people in real offices, their duty for two months, accounts, three live incidents."""
