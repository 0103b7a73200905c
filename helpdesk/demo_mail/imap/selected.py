"""A folder as one client sees it: messages keep their numbers until the client is told otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator

from helpdesk.demo_mail.imap.syntax import contains, numbers
from helpdesk.demo_mail.store import Folder, StoredMail

SEEN, DELETED = "\\Seen", "\\Deleted"
A_SECOND = 1_000_000_000


class Selected:
    def __init__(self, folder: Folder, *, read_only: bool) -> None:
        self.folder, self.read_only = folder, read_only
        self._seen_change = folder.changed_at()
        self.mails = folder.mails()
        self.flags = {mail.uid: mail.flags for mail in self.mails}

    def numbered(self) -> Iterator[tuple[int, StoredMail]]:
        return enumerate(self.mails, start=1)

    def chosen(self, ranges: str, *, by_uid: bool) -> list[tuple[int, StoredMail]]:
        if not self.mails:
            return []
        wanted = numbers(ranges, self.mails[-1].uid if by_uid else len(self.mails))
        return [
            (number, mail)
            for number, mail in self.numbered()
            if contains(wanted, mail.uid if by_uid else number)
        ]

    def news(self) -> list[str]:
        """Untagged responses for what has changed since the last look; numbers are up to date after it."""
        change = self.folder.changed_at()
        # Two changes may share one tick of the file system's clock: trust it only when it is past.
        if change == self._seen_change and time.time_ns() - change > A_SECOND:
            return []
        self._seen_change = change
        there = self.folder.mails()
        return [*self._gone({mail.uid for mail in there}), *self._come(there), *self._reflagged()]

    def _gone(self, there: set[int]) -> Iterator[str]:
        # From the end, so that the numbers before stay what they were.
        for number in range(len(self.mails), 0, -1):
            if (uid := self.mails[number - 1].uid) not in there:
                del self.mails[number - 1], self.flags[uid]
                yield f"{number} EXPUNGE"

    def _come(self, there: list[StoredMail]) -> Iterator[str]:
        fresh = [mail for mail in there if mail.uid not in self.flags]
        if fresh:
            self.mails += fresh
            self.flags |= {mail.uid: mail.flags for mail in fresh}
            yield f"{len(self.mails)} EXISTS"

    def _reflagged(self) -> Iterator[str]:
        for number, mail in self.numbered():
            flags = mail.flags
            if flags != self.flags[mail.uid]:
                self.flags[mail.uid] = flags
                yield f"{number} FETCH (UID {mail.uid} FLAGS ({' '.join(sorted(flags))}))"
