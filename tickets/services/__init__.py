"""The only code that writes tickets and messages: one transaction, one change, one event."""
