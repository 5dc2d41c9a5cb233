"""Places, offices and people: who is responsible where, under which name, at which moment."""
