"""IMAP4rev1 (RFC 3501) as far as mail clients and the desk's fetcher use it; with IDLE, MOVE, UIDPLUS."""

from helpdesk.demo_mail.imap.connection import Connection
from helpdesk.demo_mail.imap.session import serve

__all__ = ["Connection", "serve"]
