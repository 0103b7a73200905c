import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import parameters
from channels_inbox.email.limits import MailRefused


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("text/plain", "text/plain", {}),
        ("Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        (
            'text/plain; charset="utf-8"; format=flowed',
            "text/plain",
            {"charset": "utf-8", "format": "flowed"},
        ),
        ("text/plain;; charset=utf-8;", "text/plain", {"charset": "utf-8"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('text/plain; charset="utf-8" name="a.txt"', "text/plain", {"charset": "utf-8", "name": "a.txt"}),
        ('text/plain; name="never closed', "text/plain", {"name": "never closed"}),
        ("attachment; filename=my report.pdf", "attachment", {"filename": "my report.pdf"}),
        ('attachment; filename="semi;colon.pdf"', "attachment", {"filename": "semi;colon.pdf"}),
        (r'attachment; filename="say \"hi\".txt"', "attachment", {"filename": 'say "hi".txt'}),
        (r'attachment; filename="C:\new\report.pdf"', "attachment", {"filename": r"C:\new\report.pdf"}),
        ("attachment; filename*=utf-8''na%C3%AFve.txt", "attachment", {"filename": "naïve.txt"}),
        ("attachment; filename*=iso-8859-1'de'stra%DFe.txt", "attachment", {"filename": "straße.txt"}),
        ("attachment; filename*=%C3%A4.txt", "attachment", {"filename": "ä.txt"}),
        (
            "attachment; filename=plain.txt; filename*=utf-8''better.txt",
            "attachment",
            {"filename": "better.txt"},
        ),
        (
            "attachment; filename*1*=%BC.txt; filename*0*=utf-8''%C3",
            "attachment",
            {"filename": "ü.txt"},
        ),
        (
            'attachment; filename*0="a long "; filename*1="name.txt"',
            "attachment",
            {"filename": "a long name.txt"},
        ),
        ('attachment; filename="=?utf-8?Q?=C3=BC.txt?="', "attachment", {"filename": "ü.txt"}),
        (
            'attachment; filename*0="=?utf-8?B?w7wu"; filename*1="dHh0?="',
            "attachment",
            {"filename": "ü.txt"},
        ),
        ("attachment; filename==?utf-8?Q?=C3=BC.txt?=", "attachment", {"filename": "ü.txt"}),
        ("image/ jpeg", "image/jpeg", {}),
        (" message / rfc822; a=1", "message/rfc822", {"a": "1"}),
        ('a/b; mode=mail server="x@y"; c=d', "a/b", {"mode": "mail", "server": "x@y", "c": "d"}),
        ("a/b title*0*=us-ascii'en'A%20 title*1=b", "a/b", {"title": "A b"}),
        ('attachment; filename=""a.pdf""', "attachment", {"filename": "a.pdf"}),
        ('attachment; filename="a"b.pdf"; size=3', "attachment", {"filename": 'a"b.pdf', "size": "3"}),
        ("attachment; filename=\"utf-8''%C3%BC.txt\"", "attachment", {"filename": "ü.txt"}),
        ('attachment; filename="%C3%BC.txt"', "attachment", {"filename": "ü.txt"}),
        ('attachment; filename="100%25 of 20%25.txt"', "attachment", {"filename": "100%25 of 20%25.txt"}),
        ("filename=only.txt", "", {"filename": "only.txt"}),
        ("", "", {}),
        ("text/plain; a=1; a=2", "text/plain", {"a": "1"}),
    ],
)
def test_parameters_are_read_in_all_their_forms(header, value, found):
    assert parameters.read(header) == (value, found)


def test_more_parameters_than_any_mail_has_are_refused():
    with pytest.raises(MailRefused, match="64 parameters"):
        parameters.read("text/plain; " + "; ".join(f"x{number}=y" for number in range(70)))


@given(st.text(alphabet="abc=;*'\"\\%0 \t\n?", max_size=200))
def test_no_header_makes_it_stumble(text):
    try:
        value, found = parameters.read(text)
    except MailRefused:
        return
    assert isinstance(value, str)
    assert all(isinstance(one, str) for one in found.values())
