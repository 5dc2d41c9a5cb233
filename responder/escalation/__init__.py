"""Who is called next when nobody signs: the ladder, its history and the calls left to be made by hand."""
