"""The demo desk: a small company with customers in many languages, and a way to write mail to it."""
