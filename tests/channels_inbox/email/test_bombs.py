"""Mails built to hurt: each ends as read, refused or killed, and takes nobody with it."""

import struct

import pytest

from channels_inbox.email import guard
from channels_inbox.email.guard import ParseFailed
from channels_inbox.email.parse import MailRefused, parse_email
from tests.channels_inbox.email.raw import mail

KB, MB = 1024, 1024 * 1024


def typed(content_type: str, body: bytes) -> bytes:
    return mail(body, content_type=content_type)


def nested(depth: int) -> bytes:
    opening = b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
    return typed(
        "multipart/mixed; boundary=b0", b"".join(opening % (level, level + 1) for level in range(depth))
    )


REFUSED = {
    "five thousand parameters": typed("text/plain; " + "; ".join(f"x{n}=y" for n in range(5_000)), b"x"),
    "five thousand continuations": typed(
        "text/plain; " + ";".join(f"n*{n}*=aaaa" for n in range(4_000)), b"x"
    ),
    "fifty thousand parts": typed("multipart/mixed; boundary=b", b"--b\r\n\r\nx\r\n" * 50_000 + b"--b--"),
    "two thousand levels": nested(2_000),
    "three thousand addresses": mail(cc=", ".join(f"n{n} <a{n}@b.test>" for n in range(3_000))),
    "thirty thousand commas": mail(to="," * 30_000),
    "half a megabyte of header": b"X-A: b\r\n" * 60_000 + mail(),
    "one field of a hundred kilobytes": mail(subject="x" * 100 * KB),
    "a million folds": b"Subject: a\r\n" + b" b\r\n" * 1_000_000 + mail(),
    "lines that look like boundaries": typed("multipart/mixed; boundary=a", b"\r\n--ab" * 500_000),
    "more than fifty megabytes": mail(b"x" * (50 * MB + 1)),
}

READ = {
    "sixty semicolons, as a spam of 2002 had": typed(
        "text/html; " + "; ".join(f"x{n}=y" for n in range(60)), b"<p>x</p>"
    ),
    "semicolons only": typed("text/plain" + ";" * 60_000, b"x"),
    "mails within mails": mail().replace(b"\r\n\r\n", b"\r\n")
    + b"Content-Type: message/rfc822\r\n\r\n" * 2_000,
    "open parentheses": mail(to="(" * 60_000),
    "escaped quotes": mail(to='"\\' * 30_000),
    "open brackets": mail(to="<" * 60_000),
    "one long word before an @": mail(to="a" * 60_000 + " @"),
    "encoded words that never end": mail(subject="=?a?Q?" * 10_000),
    "blanks": mail(subject="a" + " " * 60_000 + "b"),
    "carriage returns": mail(b"\r" * 5 * MB),
    "empty lines": mail(b"\n" * 10 * MB),
    "angle brackets": mail(b">" * 10 * MB),
    "attributions": mail(b"On 3 Mar 2026 a@b.c wrote:\n" * 100_000),
    "labels": mail(b"From: a@b.test\nx\n" * 200_000),
    "rules": mail(b"-- x --\n" * 500_000),
    "a rule without end": mail(b"Hi\n\n" + b"-" * 20_000 + b"x\n" + b"-a" * 20_000 + b"x"),
    "signatures": mail(b"-- \n" * 500_000),
    "digits": mail(b"1" * 900_000 + b":"),
    "dots and an @": mail(b"a.@" * 300_000 + b":\n> x"),
    "uuencoded files": mail(b"begin 644 a\n#86)C\n`\nend\n" * 100_000),
    "open tags": typed("text/html", b"<div>" * 300_000),
    "open quotes": typed("text/html", b"<blockquote>" * 150_000),
    "paragraphs": typed("text/html", b"<p>a " * 400_000),
    "attributes": typed("text/html", b"<a " + b"a=1 " * 400_000 + b">x"),
    "header blocks within each other": typed("text/html", b"<div style='border-top:solid'><b>x</b>" * 40_000),
    "quotes and answers by turns": typed("text/html", b"<p>hi</p><blockquote>a</blockquote>" * 40_000),
    "base64 full of padding": typed(
        "application/x\r\nContent-Transfer-Encoding: base64", b"=A==" * 2_000_000
    ),
    "utf-7": typed("text/plain; charset=utf-7", b"+2AA-" * 1_000_000),
    "utf-32": typed("text/plain; charset=utf-32", b"\0\0\0a" * 2_000_000),
    "recipients of a bounce": typed(
        "multipart/report; boundary=b",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Final-Recipient: rfc822; a@b.c\r\nStatus: 5.0.0\r\n\r\n" * 100_000,
    ),
    "files in a winmail.dat": typed(
        "application/ms-tnef",
        struct.pack("<IH", 0x223E9F78, 1) + (struct.pack("<BII", 2, 0x00069002, 0) + b"\0\0") * 500_000,
    ),
    "properties in a winmail.dat": typed(
        "application/ms-tnef",
        struct.pack("<IHBII", 0x223E9F78, 1, 1, 0x00069003, 12)
        + struct.pack("<IHHI", 0xFFFFFFFF, 0x1003, 1, 0xFFFFFFFF),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_with_a_reason(name):
    with pytest.raises(MailRefused) as refusal:
        parse_email(REFUSED[name])

    assert str(refusal.value).endswith(".")


def test_what_is_merely_strange_is_read_within_the_time_of_a_mail():
    results = dict(zip(READ, guard.parse_many(list(READ.values())), strict=True))

    assert {name: result.reason for name, result in results.items() if isinstance(result, ParseFailed)} == {}


def test_good_mail_behind_the_bombs_arrives():
    raws = [raw for bomb in REFUSED.values() if len(bomb) < 10 * MB for raw in (bomb, mail())]

    results = guard.parse_many(raws)

    assert [getattr(result, "kind", "read") for result in results] == ["refused", "read"] * (len(raws) // 2)
