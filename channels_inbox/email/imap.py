"""A mailbox on the wire: sign in, find what is new by UID, and fetch it without leaving a trace.

Flags are never asked: other programs set them. What arrives is named by the folder's UIDVALIDITY and its UID.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from channels_inbox.email import connections, sign_in
from channels_inbox.email.forms import AfterFetch, Security
from channels_inbox.email.limits import RAW_BYTES
from foundation import addresses
from foundation.errors import HelpdeskError

PATIENCE = 60.0  # seconds for one answer
CHUNK_MAILS, CHUNK_BYTES = 25, 8 * 2**20
ASKED_AT_ONCE = 500  # UIDs in one command: servers refuse longer lines
BEGINNING = 64 * 1024  # of a mail that is too large to be fetched

# What a mailbox server, or the line to it, can raise.
TROUBLE = (imaplib.IMAP4.error, IMAPClientError, OSError, HelpdeskError)
# The server refuses one command; the connection is fine. (An abort is an error to imaplib, and a broken line to us.)
Refused = imaplib.IMAP4.error
Broken = imaplib.IMAP4.abort


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    uid: int
    raw: bytes = field(repr=False)
    arrived_at: datetime | None = None  # at the mail server
    trouble: str = ""  # why it is not whole


class Mailbox:
    """One signed-in connection."""

    def __init__(self, client: connections.IMAPOverLine, settings: Mapping[str, Any]) -> None:
        self.client, self.settings = client, settings
        self.can_idle = bool(client.has_capability("IDLE"))

    @property
    def folders(self) -> list[str]:
        return list(self.settings.get("imap_folders") or ["INBOX"])

    def open(self, folder: str) -> tuple[int, int]:
        """Select a folder. Returns its UIDVALIDITY, and the UID below which everything is there already."""
        status = self.client.select_folder(folder, readonly=not self.changes_mail)
        return int(status[b"UIDVALIDITY"]), int(status.get(b"UIDNEXT", 1)) - 1

    def has_news(self) -> bool:
        """The server told of mail while it answered something else, after the folder was opened."""
        # imaplib keeps what it was told besides; the first of them came with the folder.
        return len(self.client._imap.untagged_responses.get("EXISTS", [])) > 1

    @property
    def changes_mail(self) -> bool:
        return self.settings.get("after_fetch", AfterFetch.LEAVE) != AfterFetch.LEAVE

    def newer_than(self, uid: int) -> list[int]:
        # "8:*" names the last mail even where its UID is 7.
        found = self.client.search(["UID", f"{uid + 1}:*"])
        return sorted(each for each in found if each > uid)

    def arrived_since(self, day: date) -> list[int]:
        return sorted(self.client.search(["SINCE", day]))

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Mail]]:
        """The mails in chunks of bounded size. Those that were deleted meanwhile are left out."""
        sizes: dict[int, dict[bytes, Any]] = {}
        for start in range(0, len(uids), ASKED_AT_ONCE):
            sizes.update(self.client.fetch(uids[start : start + ASKED_AT_ONCE], ["RFC822.SIZE"]))
        chunk: list[int] = []
        size = 0
        for uid in (uid for uid in uids if uid in sizes):
            mail_size = int(sizes[uid].get(b"RFC822.SIZE", 0))
            too_large = mail_size > RAW_BYTES
            # In their order, always: whoever stores them remembers how far they came.
            if chunk and (too_large or len(chunk) >= CHUNK_MAILS or size + mail_size > CHUNK_BYTES):
                yield self._whole(chunk, sizes)
                chunk, size = [], 0
            if too_large:
                yield [
                    self._beginning(
                        uid, f"It has {mail_size // 2**20} MB, which is more than this desk takes."
                    )
                ]
                continue
            chunk.append(uid)
            size += mail_size
        if chunk:
            yield self._whole(chunk, sizes)

    def _whole(self, uids: Sequence[int], sizes: Mapping[int, Mapping[bytes, Any]]) -> list[Mail]:
        """Mails of which nothing is missing, as far as the server's own figures say."""
        mails = self._handed_out(uids)
        short = {mail.uid for mail in mails if len(mail.raw) < int(sizes[mail.uid].get(b"RFC822.SIZE", 0))}
        # Once more: what it hands out twice is the mail, and its figures are wrong (some count line ends otherwise).
        again = {mail.uid: mail for mail in self._handed_out(sorted(short))} if short else {}
        return [again.get(mail.uid, mail) for mail in mails]

    def _handed_out(self, uids: Sequence[int]) -> list[Mail]:
        try:
            answers = self.client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
        except Broken:
            raise
        except Refused as refusal:
            if len(uids) > 1:  # one of them is broken: which?
                return [mail for uid in uids for mail in self._handed_out([uid])]
            return [self._beginning(uids[0], f"The mail server does not hand it out: {refusal}")]
        return [
            Mail(
                uid=uid,
                raw=bytes(answers[uid][b"BODY[]"]),
                arrived_at=_aware(answers[uid].get(b"INTERNALDATE")),
            )
            for uid in uids
            if uid in answers and answers[uid].get(b"BODY[]") is not None
        ]

    def _beginning(self, uid: int, trouble: str) -> Mail:
        """As much as can be had of a mail that cannot be fetched whole."""
        raw = b""
        for piece in ("BODY.PEEK[HEADER]", f"BODY.PEEK[TEXT]<0.{BEGINNING}>"):
            try:
                answer = self.client.fetch([uid], [piece]).get(uid, {})
            except Broken:
                raise
            except Refused:
                break
            raw += next(
                (bytes(value or b"") for name, value in answer.items() if name.startswith(b"BODY[")), b""
            )
        return Mail(uid=uid, raw=raw, trouble=trouble)

    def tidy(self, uids: Sequence[int]) -> None:
        """Do with fetched mail what the inbox asks for. Whether that succeeds does not matter to us."""
        what = self.settings.get("after_fetch", AfterFetch.LEAVE)
        if what == AfterFetch.SEEN:
            self.client.add_flags(uids, [b"\\Seen"], silent=True)
        elif what == AfterFetch.MOVE and self.settings.get("move_to"):
            self._move(uids, str(self.settings["move_to"]))

    def _move(self, uids: Sequence[int], folder: str) -> None:
        if self.client.has_capability("MOVE"):
            self.client.move(uids, folder)
            return
        self.client.copy(uids, folder)
        self.client.add_flags(uids, [b"\\Deleted"], silent=True)
        if self.client.has_capability("UIDPLUS"):  # else we would expunge what others have deleted
            self.client.uid_expunge(uids)


def _aware(moment: datetime | None) -> datetime | None:
    # IMAPClient gives local time without a zone unless told otherwise; the client below is told.
    return moment if moment is not None and moment.tzinfo else None


@contextmanager
def signed_in(settings: Mapping[str, Any]) -> Iterator[Mailbox]:
    """A signed-in mailbox. Raises one of TROUBLE. Encryption that was asked for is never given up."""
    host, port = str(settings.get("imap_host", "")), int(settings.get("imap_port") or 993)
    security = settings.get("imap_security", Security.TLS)
    with ExitStack() as at_the_end:
        line = addresses.connect(host, port, timeout=PATIENCE)
        at_the_end.callback(line.close)
        if security == Security.TLS:
            line = connections.encrypt(line, host)
            at_the_end.callback(line.close)
        client = connections.IMAPOverLine(line, host, timeout=PATIENCE)
        at_the_end.callback(_hang_up, client)
        client.normalise_times = False
        if security == Security.STARTTLS:
            client.starttls()
        sign_in.to_imap(client, settings)
        yield Mailbox(client, settings)


def _hang_up(client: connections.IMAPOverLine) -> None:
    with suppress(*TROUBLE):
        client.socket().settimeout(5)
        client.logout()
    with suppress(*TROUBLE):
        client.shutdown()


def words_for(error: Exception) -> str:
    """Why it failed, for people. Nothing that a server says before it knows us is repeated."""
    if isinstance(error, LoginError):
        return "The mail server refused user or password."
    if isinstance(error, CapabilityError):
        return "The mail server does not offer the encryption that this inbox asks for."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The mail server's certificate is not right: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, HelpdeskError):
        return str(error)
    if isinstance(error, OSError):
        return f"The mail server could not be reached: {error.strerror or type(error).__name__}."
    return f"The mail server answered in a way the desk does not understand ({type(error).__name__})."
