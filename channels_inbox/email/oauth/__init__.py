"""Mailboxes that are opened with a provider's sign-in (OAuth2) instead of a password."""
