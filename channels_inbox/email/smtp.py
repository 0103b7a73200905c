"""Hand a mail over by SMTP, and know exactly how that ended.

Until the final dot the server has not taken the mail: whatever goes wrong before it is a failure that may be
tried again. Its answer to the dot decides. Only where that answer never comes does nobody know (SendInDoubt).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from channels_inbox.adapter import SendFailed, SendInDoubt
from channels_inbox.email import bounce_text, connections, sign_in
from channels_inbox.email.forms import Security
from channels_inbox.messages import Accepted
from foundation import addresses
from foundation.errors import HelpdeskError

# Seconds for one answer. RFC 5321, 4.5.3.2 asks for much patience after the dot, because to give up there is to doubt.
PATIENCE = 30.0
PATIENCE_AFTER_DOT = 300.0
LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)
TOO_LARGE = 552


def hand_over(
    settings: Mapping[str, Any], *, sender: str, to: Sequence[str], copies: Sequence[str], data: bytes
) -> Accepted:
    """Send `data` to all recipients. Raises SendFailed or SendInDoubt.

    When one of `to` is refused nobody gets the mail; a refused copy is only noted.
    """
    client = _sign_in(settings)
    try:
        refused = _address(client, sender, to, copies)
        _open_data(client)
        reply = _transfer(client, data)
    finally:
        _hang_up(client)
    return Accepted(provider_id=reply[:250], note=" ".join(refused))


def _sign_in(settings: Mapping[str, Any]) -> smtplib.SMTP:
    """A client that is ready for mail. Encryption that was asked for is never given up."""
    host, port = str(settings.get("smtp_host", "")), int(settings.get("smtp_port") or 587)
    if not host:
        raise SendFailed("This inbox has no server for sending.", channel_is_down=True)
    with ExitStack() as unless_it_works:
        try:
            line = addresses.connect(host, port, timeout=PATIENCE)
            unless_it_works.callback(line.close)
            if settings.get("smtp_security") == Security.TLS:
                line = connections.encrypt(line, host)
                unless_it_works.callback(line.close)
            client = connections.SMTPOverLine(line, host, timeout=PATIENCE)
            unless_it_works.callback(client.close)
            client.ehlo()
            if settings.get("smtp_security", Security.STARTTLS) == Security.STARTTLS:
                client.starttls(context=connections.tls_context())
                client.ehlo()
            sign_in.to_smtp(client, settings)
        except (HelpdeskError, smtplib.SMTPException, OSError) as error:
            raise SendFailed(_words(error), channel_is_down=True) from error
        unless_it_works.pop_all()
        return client


def _address(client: smtplib.SMTP, sender: str, to: Sequence[str], copies: Sequence[str]) -> list[str]:
    """Name sender and recipients. Returns what the server said of copies that it refused."""
    code, words = _command(client.mail, sender)
    if code != 250:
        # The server does not let this account send, or not now; only what is too large will never go.
        raise SendFailed(_said(code, words), permanent=code == TOO_LARGE, channel_is_down=code != TOO_LARGE)
    refused = []
    for recipient in dict.fromkeys([*to, *copies]):
        code, words = _command(client.rcpt, recipient)
        if code in (250, 251, 252):
            continue
        if recipient in to or code == 421:
            said = _said(code, words)
            is_gone = code >= 550 and bounce_text.is_gone(bounce_text.status_in(said), said)
            raise SendFailed(f"{recipient}: {said}", permanent=code >= 500, gone=recipient if is_gone else "")
        refused.append(f"{recipient} did not get it: {_said(code, words)}")
    return refused


def _open_data(client: smtplib.SMTP) -> None:
    code, words = _command(client.docmd, "DATA")
    if code != 354:
        raise SendFailed(_said(code, words), permanent=code >= 500)


def _command(command: Any, argument: str) -> tuple[int, bytes]:
    try:
        code, words = command(argument)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise SendFailed(_words(error)) from error
    return int(code), bytes(words)


def _transfer(client: smtplib.SMTP, data: bytes) -> str:
    """The mail itself, then the dot. Returns what the server said to it."""
    body = LINE_START_DOT.sub(b"..", data)
    try:
        client.send(body if body.endswith(b"\r\n") else body + b"\r\n")
    except (smtplib.SMTPException, OSError) as error:
        raise SendFailed(_words(error)) from error
    try:
        if client.sock is not None:
            client.sock.settimeout(PATIENCE_AFTER_DOT)
        client.send(b".\r\n")
        code, words = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise SendInDoubt(
            f"The server did not answer after it was given the mail ({_words(error)})."
        ) from error
    if code // 100 != 2:
        raise SendFailed(_said(code, words), permanent=code >= 500)
    return _said(code, words)


def _hang_up(client: smtplib.SMTP) -> None:
    """What happens from here on changes nothing about the mail."""
    with suppress(smtplib.SMTPException, OSError):
        if client.sock is not None:
            client.sock.settimeout(5)
        client.quit()
    with suppress(OSError):
        client.close()


def _said(code: int, words: bytes) -> str:
    return f"{code} {words.decode('utf-8', 'replace')}"[:500].replace("\n", " ").strip()


def _words(error: Exception) -> str:
    """Why it failed, for people. What a server says before we know each other is not repeated."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The server refused user or password ({error.smtp_code})."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The server's certificate is not right: {error.verify_message}."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "The server does not offer the encryption that this inbox asks for."
    if isinstance(error, TimeoutError):
        return "The server did not answer in time."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "The server closed the connection."
    if isinstance(error, HelpdeskError):
        return str(error)
    if isinstance(error, OSError):
        return f"The server could not be reached: {error.strerror or type(error).__name__}."
    return f"The server answers, but not as one for mail ({type(error).__name__})."
