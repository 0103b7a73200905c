import base64
import binascii

import pytest

from channels_inbox.email.attachments import filename
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail, multipart, part

TEXT = part("See the file.")


def files(raw: bytes):
    return parse_email(raw).attachments


def test_a_file_keeps_its_name_type_and_bytes():
    content = bytes(range(256))
    encoded = base64.encodebytes(content)

    [file] = files(
        multipart(
            TEXT,
            part(
                encoded,
                "application/PDF; name=a.pdf",
                content_transfer_encoding="base64",
                content_disposition="attachment",
            ),
        )
    )

    assert (file.filename, file.content_type, file.content, file.inline) == (
        "a.pdf",
        "application/pdf",
        content,
        False,
    )


@pytest.mark.parametrize(
    ("disposition", "content_type", "name"),
    [
        ("attachment; filename=a.pdf", "application/pdf; name=b.pdf", "a.pdf"),
        ("attachment", "application/pdf; name=b.pdf", "b.pdf"),
        ("attachment; filename*=utf-8''%E2%82%AC.pdf", "application/pdf", "€.pdf"),
        ('attachment; filename="=?utf-8?B?4oKsLnBkZg==?="', "application/pdf", "€.pdf"),
        (b'attachment; filename="\xe2\x82\xac.pdf"'.decode("latin-1"), "application/pdf", "€.pdf"),
        ("attachment", "application/pdf", "application-1.pdf"),
        ("attachment", "application/x-unheard-of", "application-1.bin"),
        ('attachment; filename=""', 'image/png; name=""', "image-1.png"),
    ],
)
def test_names_are_found_where_they_stand(disposition, content_type, name):
    raw = multipart(
        TEXT, part("x", content_type, content_disposition=disposition).decode().encode("latin-1", "replace")
    )

    [file] = files(raw)

    assert file.filename == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("report.pdf", "report.pdf"),
        (r"C:\Users\jane\report.pdf", "report.pdf"),
        (r"\\server\share\report.pdf", "report.pdf"),
        ("/etc/passwd", "passwd"),
        ("../../etc/passwd", "passwd"),
        (r"..\..\boot.ini", "boot.ini"),
        ("invoice 03/2026.pdf", "invoice 03_2026.pdf"),
        ("two\r\nlines.txt", "two lines.txt"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("zero\u200bwidth.php", "zerowidth.php"),
        ("dots...", "dots"),
        ("null\0.txt", "null.txt"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf"),
        ("..", ""),
        ("日本語.txt", "日本語.txt"),
        (".htaccess", ".htaccess"),
    ],
)
def test_a_name_is_no_path_and_hides_nothing(written, name):
    assert filename(written) == name


def test_a_forwarded_mail_is_a_file_named_by_its_subject():
    inner = mail("Inner text.", subject="=?utf-8?Q?Der_Drucker_=C3=A4chzt?=")

    [file] = files(multipart(TEXT, part(inner, "message/rfc822")))

    assert (file.filename, file.content_type, file.content) == (
        "Der Drucker ächzt.eml",
        "message/rfc822",
        inner,
    )
    assert parse_email(file.content).text == "Inner text."


def related(html: str, *pictures: bytes) -> bytes:
    return multipart(part(html, "text/html"), *pictures, kind="related")


@pytest.mark.parametrize(
    ("html", "headers", "inline"),
    [
        ('<img src="cid:logo@x">', {"content_id": "<logo@x>"}, True),
        ('<img src="cid:logo@x">', {"content_id": "<logo@x>", "content_disposition": "attachment"}, True),
        ("<img src=cid:logo%40x>", {"content_id": "logo@x"}, True),
        ("<div style=\"background:url('CID:logo@x')\">", {"content_id": "< logo@x >"}, True),
        ("<p>no picture</p>", {"content_id": "<logo@x>", "content_disposition": "inline"}, False),
        ('<img src="cid:other@x">', {"content_id": "<logo@x>"}, False),
        ("<p>no picture</p>", {"content_disposition": "inline; filename=a.png"}, False),
    ],
)
def test_a_picture_is_inline_when_the_html_shows_it(html, headers, inline):
    [file] = files(related(html, part("PNG", "image/png", **headers)))

    assert file.inline is inline


def test_uuencoded_files_are_taken_out_of_the_text():
    lines = binascii.b2a_uu(b"hello").decode()
    parsed = parse_email(
        mail(f"Here:\nbegin 644 a.txt\n{lines}`\nend\nand\nbegin 600 b.jpg\n{lines}end\nBye")
    )

    assert parsed.text == "Here:\nand\nBye"
    assert [(file.filename, file.content_type, file.content) for file in parsed.attachments] == [
        ("a.txt", "text/plain", b"hello"),
        ("b.jpg", "image/jpeg", b"hello"),
    ]


def test_a_type_that_is_none_becomes_a_safe_one():
    [file] = files(multipart(TEXT, part("x", "application/x<y>; name=a")))

    assert file.content_type == "application/octet-stream"


def test_the_name_of_a_uuencoded_part_is_its_own():
    line = binascii.b2a_uu(b"hello")

    [file] = files(
        multipart(
            TEXT,
            part(
                b"begin 644 a.doc\n" + line + b"end\n",
                "application/msword",
                content_transfer_encoding="x-uuencode",
            ),
        )
    )

    assert (file.filename, file.content) == ("a.doc", b"hello")
