"""The soak: thousands of mails come in and are answered while programs, Redis and PostgreSQL are killed.

`python -m tests.reliability.soak`, or `make soak`; what it prints is explained in docs/reliability.md.
"""
