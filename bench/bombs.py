"""What it costs to read a mail: the ordinary kinds, and those that are built to hurt.

Run as `python -m bench.bombs`. Each mail is read in a process of its own, as the guard does, and the kernel says how
much processor time and memory that took beyond the mail itself. No database is needed.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from bench.rows import Row, write
from channels_inbox.email.limits import MailRefused
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.bombs import BOMBS
from tests.channels_inbox.email.bombs.build import MB, bounce, nested, tnef
from tests.channels_inbox.email.raw import mail, multipart, part

WORDS = "The printer is on fire again, and nobody knows why. " * 20
NEWSLETTER = (
    "<table><tr>" + f"<td style='color:#333'><p>{WORDS}</p><img src='https://x.test/a.png'></td>" * 40
)
REPEATED = 50  # ordinary mails take less than the clock of the kernel can tell

KINDS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: mail(WORDS),
    "plain answer with history": lambda: mail(
        f"Thank you.\n\nOn 3 Mar 2026 at 10:12, Support wrote:\n> {WORDS}\n> {WORDS}"
    ),
    "html newsletter": lambda: multipart(
        part(WORDS), part(NEWSLETTER, "text/html; charset=utf-8"), kind="alternative"
    ),
    "file of 10 MB": lambda: multipart(
        part(WORDS),
        part(b"QUJDREVGR0hJSktM\r\n" * 777_000, "application/pdf", content_transfer_encoding="base64"),
    ),
    "nested, 15 levels": lambda: nested(15),
    "winmail.dat": lambda: tnef((1, 0x0002800C, WORDS.encode())),
    "bounce": lambda: bounce(b"Final-Recipient: rfc822; a@b.c\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
}


def main() -> None:
    rows = [_row(f"parse: {name}", build(), repeated=True) for name, build in KINDS.items()]
    rows += [_row(f"bomb: {bomb.name}", bomb.build()) for bomb in BOMBS]
    write(rows)


def _row(name: str, raw: bytes, *, repeated: bool = False) -> Row:
    times = REPEATED if repeated and len(raw) < MB else 1
    seconds, memory = _cost(raw, times)
    print(f"{seconds:9.4f} s {memory / MB:7.0f} MB  {len(raw) / MB:6.2f} MB  {name}", flush=True)
    note = f"a mail of {len(raw) / MB:.2f} MB; {memory / MB:.0f} MB of memory"
    return Row(name=name, value=round(seconds, 4), unit="s", n=times, tickets=0, note=note)


def _cost(raw: bytes, times: int) -> tuple[float, float]:
    """Seconds of processor for one reading, and the bytes of memory above those that hold the mail itself."""
    command = [sys.executable, "-m", "bench.bombs", str(times)]
    told = subprocess.run(command, input=raw, stdout=subprocess.PIPE, check=True).stdout
    seconds, memory = json.loads(told)
    return seconds, memory


def read_one(raw: bytes, times: int) -> None:
    """In a fresh process: nothing that was freed before hides what is taken now."""
    with suppress(MailRefused):
        parse_email(mail())
    before, held = resource.getrusage(resource.RUSAGE_SELF), _memory("VmRSS")
    for _ in range(times):
        with suppress(MailRefused):
            parse_email(raw)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([seconds / times, _memory("VmHWM") - held]))


def _memory(line: str) -> int:
    """Bytes, of what Linux says about this process: VmRSS now, VmHWM at the most. (ru_maxrss remembers its parent.)"""
    said = Path("/proc/self/status").read_text()
    return int(said.partition(f"{line}:")[2].split()[0]) * 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read_one(sys.stdin.buffer.read(), int(sys.argv[1]))
    else:
        main()
