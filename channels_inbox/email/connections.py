"""Clients of mail servers on lines that foundation.addresses has opened, with certificates checked against the name."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import ssl
from typing import Any

from django.conf import settings
from imapclient import IMAPClient


def tls_context() -> ssl.SSLContext:
    """Checks the chain, the name and the dates; TLS 1.2 at least."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def encrypt(line: socket.socket, host: str) -> ssl.SSLSocket:
    return tls_context().wrap_socket(line, server_hostname=host)


class _LineIMAP4(imaplib.IMAP4):
    def __init__(self, line: socket.socket, host: str) -> None:
        self._line = line
        super().__init__(host)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._line


class IMAPOverLine(IMAPClient):
    """An IMAP client on a line that stands already. Reads the server's greeting."""

    def __init__(self, line: socket.socket, host: str, *, timeout: float) -> None:
        self._line = line
        super().__init__(host, ssl=False, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _LineIMAP4(self._line, self.host)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        return super().starttls(ssl_context or tls_context())


class SMTPOverLine(smtplib.SMTP):
    """An SMTP client on a line that stands already. Reads the server's greeting."""

    def __init__(self, line: socket.socket, host: str, *, timeout: float) -> None:
        self._line = line
        super().__init__(host, port=1, local_hostname=settings.SITE_HOST, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._line
