"""Who is on duty: shifts and their rules, replacements, signing in, who is on call at any moment."""
