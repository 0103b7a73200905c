"""Mail providers that call the desk: with mail that came in, and with what became of mail that left."""
