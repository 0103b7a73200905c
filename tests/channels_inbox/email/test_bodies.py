import pytest

from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail, multipart, part

TEXT, HTML = part("plain"), part("<p>rich</p>", "text/html")
PICTURE = part("PNG", "image/png", content_id="<logo>")


def read(raw: bytes):
    parsed = parse_email(raw)
    return parsed.text, parsed.html, [file.filename for file in parsed.attachments]


def alternative(*parts: bytes) -> bytes:
    inside = b"".join(b"--alt\r\n" + one + b"\r\n" for one in parts)
    return part(inside + b"--alt--", "multipart/alternative; boundary=alt")


@pytest.mark.parametrize(
    ("raw", "text", "html", "files"),
    [
        (mail("plain"), "plain", "", []),
        (mail("<p>rich</p>", content_type="text/html"), "rich", "<p>rich</p>", []),
        (multipart(TEXT, HTML, kind="alternative"), "plain", "<p>rich</p>", []),
        (multipart(HTML, TEXT, kind="alternative"), "plain", "<p>rich</p>", []),
        (
            multipart(part("first"), part("watch", "text/plain"), HTML, kind="alternative"),
            "first",
            "<p>rich</p>",
            [],
        ),
        (
            multipart(alternative(TEXT, HTML), PICTURE, kind="related"),
            "plain",
            "<p>rich</p>",
            ["image-1.png"],
        ),
        (multipart(TEXT, part("footer")), "plain\n\nfooter", "", []),
        (multipart(HTML, part("footer")), "rich\n\nfooter", None, []),
        (
            multipart(TEXT, PICTURE, part("below the picture")),
            "plain\n\nbelow the picture",
            "",
            ["image-1.png"],
        ),
        # files that are text
        (
            multipart(TEXT, part("notes", content_disposition="attachment; filename=n.txt")),
            "plain",
            "",
            ["n.txt"],
        ),
        (
            multipart(TEXT, part("notes", content_disposition="inline; filename=n.txt")),
            "plain",
            "",
            ["n.txt"],
        ),
        (multipart(TEXT, part("notes", "text/plain; name=n.txt")), "plain", "", ["n.txt"]),
        (multipart(TEXT, part("<p>page</p>", "text/html; name=p.html")), "plain", "", ["p.html"]),
        (multipart(TEXT, part("notes", content_disposition="attachment")), "plain", "", ["text-1.txt"]),
        (multipart(TEXT, part("a,b", "text/csv")), "plain", "", ["text-1.csv"]),
        # nobody reads a text called .pdf
        (mail("%PDF-1.4", content_type='text/plain; name="a.pdf"'), "", "", ["a.pdf"]),
        # texts of a kind that we do not know, and data that is text
        (mail("# Hello", content_type="text/markdown"), "# Hello", "", []),
        (multipart(part("Hello", "text/ascii"), PICTURE), "Hello", "", ["image-1.png"]),
        (mail("a,b", content_type="text/csv"), "", "", ["text-1.csv"]),
        (mail("Hello", content_type="text/plain:"), "Hello", "", []),
        # what was meant to be shown, and has a name
        (
            multipart(
                part("shown", content_disposition="inline; filename=n.txt"),
                part("notes", content_disposition="inline; filename=m.txt"),
            ),
            "shown",
            "",
            ["m.txt"],
        ),
        # texts that have a name
        (multipart(part("plain", "text/plain; name=body.txt"), PICTURE), "plain", "", ["image-1.png"]),
        (mail("plain", content_type="text/plain; name=body.txt"), "plain", "", []),
        (mail("plain", content_disposition="inline; filename=body.txt"), "plain", "", []),
        (mail("plain", content_disposition="attachment"), "plain", "", []),
        (mail("notes", content_disposition="attachment; filename=n.txt"), "", "", ["n.txt"]),
        (mail("%PDF", content_type="application/pdf; name=a.pdf"), "", "", ["a.pdf"]),
        # an invitation among the alternatives
        (
            multipart(
                TEXT, HTML, part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"), kind="alternative"
            ),
            "plain",
            "<p>rich</p>",
            ["invite.ics"],
        ),
        # a frame of the HTML
        (
            multipart(HTML, part("<p>frame</p>", "text/html", content_id="<f>"), kind="related"),
            "rich",
            "<p>rich</p>",
            ["text-1.html"],
        ),
        # said to be plain, and is not
        (
            mail("<!DOCTYPE html><html><p>rich</p></html>"),
            "rich",
            "<!DOCTYPE html><html><p>rich</p></html>",
            [],
        ),
        (mail("<bold>big</bold> <<3\nline", content_type="text/enriched"), "big <3 line", "", []),
        (mail(""), "", "", []),
        (multipart(), "--edge--", "", []),
    ],
)
def test_texts_and_files_are_told_apart(raw, text, html, files):
    found = read(raw)

    assert found[0] == text
    assert html is None or found[1] == html
    assert found[2] == files


def test_html_and_plain_text_in_a_row_are_both_in_the_html():
    _, html, _ = read(multipart(HTML, PICTURE, part("1 < 2")))

    assert html == '<p>rich</p>\n<div style="white-space:pre-wrap">1 &lt; 2</div>'


def test_the_signature_of_a_signed_mail_is_a_file():
    _, _, files = read(multipart(TEXT, part("-----", "application/pgp-signature"), kind="signed"))

    assert files == ["signature.asc"]


def test_the_resource_fork_of_a_mac_is_left_out():
    fork = part("\0\5\26\7", "application/applefile")
    double = part(
        b"--ad\r\n" + fork + b"\r\n--ad\r\n" + part("PDF", "application/pdf; name=a.pdf") + b"\r\n--ad--",
        "multipart/appledouble; boundary=ad",
    )

    assert read(multipart(TEXT, double))[2] == ["a.pdf"]


def test_an_empty_text_leaves_no_trace_in_the_html():
    assert read(multipart(HTML, PICTURE, part("\n")))[1] == "<p>rich</p>"


@pytest.mark.parametrize(
    ("html", "content_type", "read_as"),
    [
        ("<meta charset=koi8-r>Привет".encode("koi8-r"), "text/html", "Привет"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Привет'.encode(
                "cp1251"
            ),
            "text/html",
            "Привет",
        ),
        ("<meta charset=koi8-r>Привет".encode(), "text/html; charset=utf-8", "Привет"),
    ],
)
def test_html_may_name_its_own_charset(html, content_type, read_as):
    assert read(mail(html, content_type=content_type))[0] == read_as


def test_line_ends_are_one_kind():
    assert read(mail("a\r\nb\rc\nd"))[0] == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("flowed", "parameters", "text"),
    [
        ("one \ntwo\nthree", "format=flowed", "one two\nthree"),
        ("japa \nnese", "format=flowed; delsp=yes", "japanese"),
        (" >not a quote\n From me", "format=flowed", ">not a quote\nFrom me"),
        ("> quoted \n> still\n>> deeper", "format=flowed", "> quoted still\n>> deeper"),
        ("> quoted \nanswer", "format=flowed", "> quoted \nanswer"),
        ("Bye\n-- \nJane", "format=flowed", "Bye\n-- \nJane"),
        ("one \ntwo", "format=fixed", "one \ntwo"),
        ("ends flowed ", "format=flowed", "ends flowed"),
    ],
)
def test_flowed_lines_are_joined_again(flowed, parameters, text):
    assert read(mail(flowed, content_type=f"text/plain; charset=utf-8; {parameters}"))[0] == text
