from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email.parse import MailRefused, parse_email
from channels_inbox.email.parsed import Address, ParsedEmail
from tests.channels_inbox.email.raw import mail, multipart, part
from tests.channels_inbox.email.samples import HERE

SAMPLES = sorted(path.stem for path in HERE.glob("*.eml"))


def read(name: str) -> ParsedEmail:
    return parse_email((HERE / f"{name}.eml").read_bytes())


def test_all_that_the_header_says_is_read():
    parsed = read("gmail_reply_in_german")

    assert parsed.from_ == ("Jörg Müller", "joerg@kunde.test")
    assert parsed.to == [("Support", "support+ticket-42-abc@desk.test")]
    assert parsed.subject == "Re: [#42] Der Drucker ächzt"
    assert parsed.date == datetime(2026, 3, 3, 9, 19, 58, tzinfo=UTC)
    assert parsed.message_id == "CAF-second@mail.kunde.test"
    assert parsed.in_reply_to == "ticket-42.2@desk.test"
    assert parsed.references == [
        "ticket-42.1@desk.test",
        "CAF-first@mail.kunde.test",
        "ticket-42.2@desk.test",
    ]
    assert parsed.delivered_to == ["support@desk.test"]
    assert parsed.return_path == "joerg@kunde.test"
    assert (parsed.auth_results[0].server, parsed.auth_results[0].dmarc) == ("mx.desk.test", "pass")
    assert ("MIME-Version", "1.0") in parsed.headers


VISIBLE = {
    "gmail_reply_in_german": "Es geht immer noch nicht.\n\nViele Grüße\nJörg",
    "outlook_reply_with_picture_in_the_text": "This is what I see:\n\n[cid:image001.png@01DB0000.00000001]\n\nAnna",
    "apple_mail_text_picture_text": "The first one:\n\nThe second one:",
    "iphone_reply_above_quoted_attribution": "Sì, grazie!",
    "japanese_in_iso_2022_jp": "プリンターが動きません。",
    "russian_without_any_charset": "Здравствуйте, принтер снова не печатает. Помогите, пожалуйста.",
    "mbox_line_on_top_and_line_feeds_only": ">From here it goes on.",
    "nothing_but_a_body": "My printer is on fire and I have no mail program.\n\nPlease call me.",
    "invitation_with_calendar_part_twice": "You have been invited to a review of all the printers.",
    "mail_forwarded_as_attachment": "Please look at this.",
    "person_on_a_mailing_list": "Does anybody know why it prints in blue?",
    "spam_with_broken_boundaries_and_charset": "Grüsse",
    "exchange_out_of_office": "I am out of the office until 9 March.",
    "patch_through_an_old_mailing_list": "Acked-by: Jane Doe <jane@customer.test>",
    "careless_header_of_an_old_program": "Bitte helfen Sie\nmir.",
    "invitation_that_is_all_there_is": "Visit of the printer\n"
    "2026-03-10 10:15 Europe/Berlin – 2026-03-10 11:15 Europe/Berlin\nRoom 5\n\nPlease bring paper.\nAnna",
}


@pytest.mark.parametrize("sample", VISIBLE)
def test_what_was_written_now_is_visible(sample):
    assert read(sample).visible_reply == VISIBLE[sample]


def test_a_careless_header_is_read_all_the_same():
    parsed = read("careless_header_of_an_old_program")

    assert parsed.from_ == ('Jane "JD" Doe', "jane@customer.test")
    assert parsed.to == [
        ("", "support@desk.test"),
        ("Berg, Anna", "anna@firma.test"),
        ("Joe Roe", "joe@other.test"),
    ]
    assert (parsed.subject, parsed.message_id) == ("Der Drucker ächzt", "oldprogram@customer.test")
    assert parsed.references == ["a@x.test", "b@x.test", "a@x.test"]
    assert parsed.date.isoformat() == "2026-03-03T10:12:11+01:00"


def test_a_forward_is_kept_whole():
    assert "ne marche plus" in read("apple_forward_in_french_kept_whole").visible_reply


@pytest.mark.parametrize(
    ("sample", "automatic", "bounce"),
    [
        ("patch_through_an_old_mailing_list", False, False),
        ("vacation_of_a_provider_in_bulk", True, False),
        ("scanner_that_bounces_without_a_report", False, True),
        ("filter_that_refuses_with_a_receipt", False, True),
        ("invitation_that_is_all_there_is", False, False),
    ],
)
def test_machines_are_told_from_people(sample, automatic, bounce):
    parsed = read(sample)

    assert (parsed.is_auto_reply, parsed.is_bounce) == (automatic, bounce)


def test_a_form_is_shown_whole():
    assert "Order: 12345" in read("web_form_that_looks_like_a_header_block").visible_reply


def test_the_picture_in_the_text_stays_in_the_visible_half():
    parsed = read("outlook_reply_with_picture_in_the_text")

    assert "cid:image001.png" in parsed.visible_html
    assert "please send a screenshot" not in parsed.visible_html
    assert [(file.filename, file.inline) for file in parsed.attachments] == [("image001.png", True)]


def test_apple_pictures_between_the_texts_are_files():
    parsed = read("apple_mail_text_picture_text")

    assert [file.filename for file in parsed.attachments] == ["first.png", "zweites Bild ü.png"]
    assert "The first one" in parsed.html
    assert "The second one" in parsed.html


def test_a_mail_without_a_header_is_accepted():
    parsed = read("nothing_but_a_body")

    assert (parsed.from_, parsed.to, parsed.subject, parsed.date) == (Address("", ""), [], "", None)


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({}, ("Jane Doe", "jane@customer.test")),
        ({"from": "", "sender": "Office <office@x.test>"}, ("Office", "office@x.test")),
        ({"from": "", "return_path": "<jane@x.test>"}, ("", "jane@x.test")),
        ({"from": "a@x.test, b@x.test"}, ("", "a@x.test")),
        ({"from": ""}, ("", "")),
    ],
)
def test_the_sender_is_from_or_the_next_best(headers, sender):
    assert parse_email(mail(**headers)).from_ == sender


def test_the_null_sender_is_not_the_same_as_none():
    assert parse_email(mail()).return_path is None
    assert parse_email(mail(return_path="<>")).return_path == ""


def test_html_decides_where_the_plain_text_has_no_mark():
    text = part("It still does not print.\nHello, please try again.")
    html = part(
        '<p>It still does not print.</p><div class="protonmail_quote">Hello, please try again.</div>',
        "text/html",
    )

    parsed = parse_email(multipart(text, html, kind="alternative"))

    assert parsed.visible_reply == "It still does not print."
    assert parsed.text == "It still does not print.\nHello, please try again."


def test_a_signature_that_only_the_html_marks_is_set_apart():
    text = part("It prints.\n\nJane Doe\nACME Corp")
    html = part('<div>It prints.</div><div class="gmail_signature">Jane Doe<br>ACME Corp</div>', "text/html")

    assert parse_email(multipart(text, html, kind="alternative")).visible_reply == "It prints."


def test_a_forward_keeps_what_it_forwards():
    body = "Please help.\n\nFrom: Bob <b@x.test>\nSent: 3 March 2026 10:12\nTo: Jane\nSubject: x\n\nIt is broken."

    assert parse_email(mail(body, subject="WG: kaputt")).visible_reply == body
    assert parse_email(mail(body, subject="AW: kaputt")).visible_reply == "Please help."


PIECES = (
    "From: |To: |Subject: |Date: |Content-Type: |Content-Disposition: |References: |\n|\r\n|--x|--x--|=?utf-8?Q?=C3|<|>"
    '|@|"|(|;|=|text/html|charset=|name*0*=|<p>|\xff\xfe|\0|> |:|Content-Transfer-Encoding: base64'
    "|Content-Type: multipart/mixed; boundary=x"
)
pieces = st.sampled_from([piece.encode("latin-1") for piece in PIECES.split("|")])


def read_or_refused(raw: bytes) -> ParsedEmail | None:
    try:
        return parse_email(raw)
    except MailRefused as refusal:
        return None if str(refusal).endswith(".") else pytest.fail("a refusal is a sentence")


@given(st.one_of(st.binary(max_size=400), st.lists(pieces, max_size=60).map(b"".join)))
def test_any_bytes_are_read_or_refused_with_a_reason(raw):
    parsed = read_or_refused(raw)
    if parsed is None:
        return
    told = [
        parsed.subject,
        parsed.text,
        parsed.html,
        parsed.visible_reply,
        parsed.message_id,
        *parsed.from_,
        *parsed.references,
    ]
    told += [file.filename for file in parsed.attachments] + [value for _, value in parsed.headers]
    for text in told:
        text.encode()  # no lone surrogates
        assert "\0" not in text
    for line in (
        parsed.subject,
        parsed.message_id,
        *parsed.from_,
        *(file.filename for file in parsed.attachments),
    ):
        assert "\n" not in line
        assert "\r" not in line


@given(st.text(), st.text(max_size=60), st.binary(max_size=200))
def test_what_an_ordinary_program_writes_is_read_back(body, name, content):
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"] = " ".join(name.split()).encode("utf-8", "replace").decode()
    message.set_content(body.encode("utf-8", "replace").decode().replace("\r", "\n"))
    message.add_attachment(content, maintype="application", subtype="x-thing", filename="thing.bin")

    parsed = parse_email(message.as_bytes())

    assert [file.content for file in parsed.attachments] == [content]
    assert [file.filename for file in parsed.attachments] == ["thing.bin"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_read(sample):
    assert isinstance(read(sample), ParsedEmail)
