"""The bell: open browsers hear that a ticket changed, and fetch what they show. No content travels here."""
