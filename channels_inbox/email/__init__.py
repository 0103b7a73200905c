"""Email: reading it, splitting it, and telling whether a machine wrote it."""
