"""Bombs in how a mail is put together: its parts, its header, its encodings."""

from __future__ import annotations

import base64

from tests.channels_inbox.email.bombs.build import (
    KB,
    MB,
    READ,
    REFUSED,
    Bomb,
    encoded,
    mails_in_mails,
    nested,
    typed,
)
from tests.channels_inbox.email.raw import mail

STRUCTURE = (
    Bomb("5,000 parts", REFUSED, lambda: typed("multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * 5_000)),
    Bomb("50,000 parts", REFUSED, lambda: typed("multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * 50_000)),
    Bomb("500 parts", REFUSED, lambda: typed("multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * 500)),
    Bomb("21 levels", REFUSED, lambda: nested(21)),
    Bomb("2,000 levels", REFUSED, lambda: nested(2_000)),
    Bomb("2,000 mails within each other", READ, lambda: mails_in_mails(2_000)),
    Bomb(
        "lines that look like boundaries",
        REFUSED,
        lambda: typed("multipart/mixed; boundary=a", b"\r\n--ab" * 500_000),
    ),
    Bomb(
        "a boundary of one hyphen",
        REFUSED,
        lambda: typed('multipart/mixed; boundary="-"', b"-" * 2 * MB + b"\r\n---\r\n\r\nx"),
    ),
    Bomb("more than fifty megabytes", REFUSED, lambda: mail(b"x" * (50 * MB + 1))),
    Bomb("forty megabytes of one line", READ, lambda: mail(b"x" * 40 * MB)),
    Bomb("carriage returns", READ, lambda: mail(b"\r" * 5 * MB)),
    Bomb("empty lines", READ, lambda: mail(b"\n" * 10 * MB)),
    Bomb("zeros", READ, lambda: mail(b"\0" * 10 * MB)),
)

HEADERS = (
    Bomb(
        "sixty semicolons, as a spam of 2002 had",
        READ,
        lambda: typed("text/html; " + "; ".join(f"x{n}=y" for n in range(60)), b"<p>x</p>"),
    ),
    Bomb(
        "5,000 parameters",
        REFUSED,
        lambda: typed("text/plain; " + "; ".join(f"x{n}=y" for n in range(5_000)), b"x"),
    ),
    Bomb(
        "4,000 continuations",
        REFUSED,
        lambda: typed("text/plain; " + ";".join(f"n*{n}*=aaaa" for n in range(4_000)), b"x"),
    ),
    Bomb("semicolons only", READ, lambda: typed("text/plain" + ";" * 60_000, b"x")),
    Bomb("half a megabyte of header", REFUSED, lambda: b"X-A: b\r\n" * 60_000 + mail()),
    Bomb("one field of a hundred kilobytes", REFUSED, lambda: mail(subject="x" * 100 * KB)),
    Bomb("a million folds", REFUSED, lambda: b"Subject: a\r\n" + b" b\r\n" * 1_000_000 + mail()),
    Bomb("20,000 folds", READ, lambda: b"X-Fold: a\r\n" + b" b\r\n" * 16_000 + mail()),
    Bomb("20,000 fields of one letter", READ, lambda: b"X:\r\n" * 20_000 + mail()),
    Bomb(
        "3,000 addresses",
        REFUSED,
        lambda: mail(cc=", ".join(f"n{n} <a{n}@b.test>" for n in range(3_000))),
    ),
    Bomb("30,000 commas", REFUSED, lambda: mail(to="," * 30_000)),
    Bomb("groups within groups", READ, lambda: mail(to="a:" * 30_000 + ";" * 10)),
    Bomb("open parentheses", READ, lambda: mail(to="(" * 60_000)),
    Bomb("escaped quotes", READ, lambda: mail(to='"\\' * 30_000)),
    Bomb("escaped quotes before an @", READ, lambda: mail(to='"\\' * 29_999 + '"@x.test')),
    Bomb("quotes and an @", READ, lambda: mail(to='"@' * 30_000)),
    Bomb("open brackets", READ, lambda: mail(to="<" * 60_000)),
    Bomb("one long word before an @", READ, lambda: mail(to="a" * 60_000 + " @")),
    Bomb("blanks before a bracket", READ, lambda: mail(to="a" + " " * 60_000 + "[ x@y.test")),
    Bomb("blanks in a subject", READ, lambda: mail(subject="a" + " " * 60_000 + "b")),
    Bomb("blanks in a date", READ, lambda: mail(date="Tue," + " " * 60_000 + "3 Mar")),
    Bomb("digits in a date", READ, lambda: mail(date="1 " * 30_000)),
    Bomb("Re: without end", READ, lambda: mail(subject="Re: " * 15_000)),
    Bomb("ticket numbers without end", READ, lambda: mail(subject="[#" * 30_000)),
    Bomb("encoded words that never end", READ, lambda: mail(subject="=?a?Q?" * 10_000)),
    Bomb("a thousand encoded words", READ, lambda: mail(subject="=?utf-8?b?w7w=?= " * 3_500)),
    Bomb(
        "encoded words in encoded words",
        READ,
        lambda: mail(subject="=?utf-8?b?" + base64.b64encode(b"=?utf-8?b?" * 4_000).decode() + "?="),
    ),
    Bomb("5,000 references", READ, lambda: mail(references="<a@b> " * 10_000)),
    Bomb("references of open brackets", READ, lambda: mail(references="<" * 60_000)),
    Bomb(
        "verdicts in parentheses",
        READ,
        lambda: mail(authentication_results="mx; " + "(" * 30_000 + "dmarc=pass" + ")" * 30_000),
    ),
    Bomb("verdicts without end", READ, lambda: mail(authentication_results="mx;" + " dkim=pass;" * 5_000)),
)

ENCODINGS = (
    Bomb("base64 full of padding", READ, lambda: encoded("base64", b"=A==" * 2_000_000, "application/x")),
    Bomb("base64, a letter a line", READ, lambda: encoded("base64", b"QUJD\n" * 1_000_000)),
    Bomb("base64 that never ends well", READ, lambda: encoded("base64", b"ZaZ+a" * 1_000_000 + b"!")),
    Bomb("quoted-printable breaks", READ, lambda: encoded("quoted-printable", b"=\n" * 2_000_000)),
    Bomb("quoted-printable signs", READ, lambda: encoded("quoted-printable", b"=" * 5_000_000)),
    Bomb("uuencoded files", READ, lambda: mail(b"begin 644 a\n#86)C\n`\nend\n" * 100_000)),
    Bomb("uuencode that never begins", READ, lambda: mail(b"begin 644 \n" * 300_000)),
    Bomb("yEnc that never ends", READ, lambda: mail(b"=ybegin line=128 size=9 name=a\n" * 100_000)),
    Bomb("utf-7", READ, lambda: typed("text/plain; charset=utf-7", b"+2AA-" * 1_000_000)),
    Bomb("utf-32", READ, lambda: typed("text/plain; charset=utf-32", b"\0\0\0a" * 2_000_000)),
    Bomb("utf-16 halves", READ, lambda: typed("text/plain; charset=utf-16", b"\xd8\x00" * 2_000_000)),
    Bomb(
        "escapes of iso-2022-jp",
        READ,
        lambda: typed("text/plain; charset=iso-2022-jp", b"\x1b$B\x1b(B" * 500_000),
    ),
    Bomb("tildes of hz", READ, lambda: typed("text/plain; charset=hz", b"~{~}" * 1_000_000)),
    Bomb("broken gb18030", READ, lambda: typed("text/plain; charset=gb18030", b"\x81\x30" * 2_000_000)),
    Bomb("no charset at all", READ, lambda: typed("text/plain", b"\xe4\xf6 \xfc" * 1_000_000)),
    Bomb("a charset that unpacks", READ, lambda: typed("text/plain; charset=zlib_codec", b"x\x9c" * 1_000)),
    Bomb(
        "a charset of escapes", READ, lambda: typed("text/plain; charset=unicode_escape", b"\\x41" * 99_999)
    ),
    Bomb("a charset of domains", READ, lambda: typed("text/plain; charset=punycode", b"a-b9" * 200_000)),
)
