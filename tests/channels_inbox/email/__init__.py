"""How mail is read."""
