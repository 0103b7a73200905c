"""Bombs in what a mail holds: files of other formats, texts, and pages."""

from __future__ import annotations

import base64
import struct

from tests.channels_inbox.email.bombs.build import (
    MB,
    READ,
    Bomb,
    bounce,
    compressed,
    dolls,
    encoded,
    formatted_text,
    html,
    tnef,
    typed,
)
from tests.channels_inbox.email.raw import mail

WRAPPINGS = (
    Bomb(
        "files in a winmail.dat",
        READ,
        lambda: typed(
            "application/ms-tnef",
            struct.pack("<IH", 0x223E9F78, 1) + (struct.pack("<BII", 2, 0x00069002, 0) + b"\0\0") * 500_000,
        ),
    ),
    Bomb(
        "a winmail.dat that claims four thousand million properties",
        READ,
        lambda: tnef((1, 0x00069003, struct.pack("<IHHI", 0xFFFFFFFF, 0x1003, 1, 0xFFFFFFFF))),
    ),
    Bomb("a winmail.dat in a winmail.dat, and so on", READ, lambda: dolls(40)),
    Bomb(
        "compressed text that repeats itself",
        READ,
        lambda: formatted_text(compressed((b"\xff" + b"\x00\x0f" * 8) * 500_000, size=0x7FFFFFFF)),
    ),
    Bomb(
        "compressed text that claims gigabytes",
        READ,
        lambda: formatted_text(compressed(b"\x00", size=0xFFFFFFFF)),
    ),
    Bomb(
        "groups of RTF",
        READ,
        lambda: formatted_text(
            struct.pack("<IIII", 0, 4 * MB, 0x414C454D, 0) + b"{\\rtf1" + b"{" * 4_000_000
        ),
    ),
    Bomb(
        "RTF numbers",
        READ,
        lambda: formatted_text(
            struct.pack("<IIII", 0, 4 * MB, 0x414C454D, 0) + b"{\\rtf1" + b"\\bin9" * 500_000
        ),
    ),
    Bomb(
        "a zip of zeros, which nobody opens",
        READ,
        lambda: encoded("base64", base64.encodebytes(b"PK\3\4" + b"\0" * 5 * MB), "application/zip"),
    ),
    Bomb(
        "events of a calendar",
        READ,
        lambda: typed("text/calendar", b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 300_000),
    ),
    Bomb(
        "folds of a calendar",
        READ,
        lambda: typed("text/calendar", b"BEGIN:VCALENDAR\nSUMMARY:a\n" + b" a\n" * 800_000),
    ),
    Bomb("commands of enriched text", READ, lambda: typed("text/enriched", b"<bold>" * 500_000)),
    Bomb(
        "100,000 recipients of a bounce",
        READ,
        lambda: bounce(b"Final-Recipient: rfc822; a@b.c\r\nStatus: 5.0.0\r\n\r\n" * 100_000),
    ),
    Bomb("a bounce of one long line", READ, lambda: bounce(b"Diagnostic-Code: smtp; " + b"5.1." * 15_000)),
)

TEXTS = (
    Bomb("angle brackets", READ, lambda: mail(b">" * 10 * MB)),
    Bomb("lines of one angle bracket", READ, lambda: mail(b">\n" * 400_000 + b"x")),
    Bomb("empty lines between two words", READ, lambda: mail(b"x" + b"\n" * 900_000 + b"y")),
    Bomb("attributions", READ, lambda: mail(b"On 3 Mar 2026 a@b.c wrote:\n" * 100_000)),
    Bomb("an attribution that never ends", READ, lambda: mail(b"On " + b"3 Mar 2026, " * 80_000 + b"\n> x")),
    Bomb("labels", READ, lambda: mail(b"From: a@b.test\nx\n" * 200_000)),
    Bomb("rules", READ, lambda: mail(b"-- x --\n" * 500_000)),
    Bomb(
        "a rule without end", READ, lambda: mail(b"Hi\n\n" + b"-" * 20_000 + b"x\n" + b"-a" * 20_000 + b"x")
    ),
    Bomb("signatures", READ, lambda: mail(b"-- \n" * 500_000)),
    Bomb("digits", READ, lambda: mail(b"1" * 900_000 + b":")),
    Bomb("dots and an @", READ, lambda: mail(b"a.@" * 300_000 + b":\n> x")),
    Bomb(
        "percent signs behind a link",
        READ,
        lambda: mail(b"> see http://x/" + b"a" * 60 + b"\n" + b"%" * 100_000 + b"\n> and more\n"),
    ),
    Bomb(
        "wrapped links", READ, lambda: mail(b"> http://x/" + b"%" * 70 + b"\n" + (b"%" * 76 + b"\n") * 10_000)
    ),
    Bomb(
        "addresses", READ, lambda: mail(b"a@b.test <" * 90_000, return_path="<>", subject="Undelivered mail")
    ),
    Bomb("blanks at the ends of lines", READ, lambda: mail((b"a" + b" " * 998 + b"\n") * 900)),
    Bomb("flowed lines", READ, lambda: typed("text/plain; format=flowed; delsp=yes", b"a \n" * 300_000)),
)

PAGES = (
    Bomb("open tags", READ, lambda: html(b"<div>" * 300_000)),
    Bomb("closing tags", READ, lambda: html(b"</div>" * 300_000)),
    Bomb("open quotes", READ, lambda: html(b"<blockquote>" * 150_000)),
    Bomb("paragraphs", READ, lambda: html(b"<p>a " * 400_000)),
    Bomb("attributes", READ, lambda: html(b"<a " + b"a=1 " * 400_000 + b">x")),
    Bomb("an attribute that never closes", READ, lambda: html(b'<a href="' + b"x" * 2 * MB)),
    Bomb("one angle bracket after another", READ, lambda: html(b"<" * 2 * MB)),
    Bomb("comments that never close", READ, lambda: html(b"<!--" * 500_000)),
    Bomb("declarations", READ, lambda: html(b"<!" * 1_000_000)),
    Bomb("instructions", READ, lambda: html(b"<?" * 1_000_000)),
    Bomb("character data", READ, lambda: html(b"<![CDATA[" * 200_000)),
    Bomb("entities", READ, lambda: html(b"&amp;" * 400_000)),
    Bomb("entities without end", READ, lambda: html(b"&" * 2 * MB)),
    Bomb("long numbers of entities", READ, lambda: html(b"&#" + b"9" * 2 * MB + b";")),
    Bomb("styles", READ, lambda: html(b"<style>" + b"a{b:c}" * 300_000 + b"</style>x")),
    Bomb("a style of one element", READ, lambda: html(b'<p style="' + b"color:red;" * 190_000 + b'">x')),
    Bomb("tables in tables", READ, lambda: html(b"<table><tr><td>" * 100_000)),
    Bomb("scripts that never close", READ, lambda: html(b"<script>" * 200_000)),
    Bomb(
        "header blocks within each other",
        READ,
        lambda: html(b"<div style='border-top:solid'><b>x</b>" * 40_000),
    ),
    Bomb("quotes and answers by turns", READ, lambda: html(b"<p>hi</p><blockquote>a</blockquote>" * 40_000)),
    Bomb("signatures of mail programs", READ, lambda: html(b'<div class="gmail_signature">-- <br>' * 40_000)),
)
