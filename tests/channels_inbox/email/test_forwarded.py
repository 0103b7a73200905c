"""A mail forwarded in the text of another: whose it was, and where the forwarder's own words end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import wire
from channels_inbox.email.forwarded import without_prefix
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail
from tests.channels_inbox.email.samples import HERE

BOB = ("Bob Client", "bob@client.test")


def read(name: str):
    return parse_email((HERE / f"{name}.eml").read_bytes())


@pytest.mark.parametrize(
    ("sample", "subject", "text", "comment"),
    [
        (
            "forward_by_gmail_with_html",
            "The printer is on fire",
            "It is really broken.\n\nNote: it burns.",
            "Can somebody call him? He is a good customer.",
        ),
        (
            "forward_by_outlook_in_german",
            "Der Drucker brennt",
            "Er brennt immer noch.",
            "Bitte kümmern.\nViele Grüße",
        ),
        (
            "forward_by_outlook_as_plain_text_in_french",
            "Imprimante en panne",
            "L'imprimante ne marche plus.",
            "Merci de répondre.",
        ),
        (
            "forward_by_apple_mail_quoted",
            "Printer",
            "The printer does not print.\n\n> Does it have paper?\nIt has.",
            "",
        ),
        ("forward_by_thunderbird_in_spanish", "La impresora", "La impresora no imprime.", "¿Podéis mirarlo?"),
        (
            "apple_forward_in_french_kept_whole",
            "en panne",
            "L'imprimante ne marche plus.",
            "Pouvez-vous l'aider ?",
        ),
    ],
)
def test_sender_subject_text_and_the_words_above_are_told_apart(sample, subject, text, comment):
    found = read(sample).forwarded

    assert found.sender.email == BOB[1]
    assert (found.subject, found.text, found.comment) == (subject, text, comment)


def test_the_html_of_the_original_is_kept_without_the_words_above():
    html = read("forward_by_gmail_with_html").forwarded.html

    assert "<b>really</b>" in html
    assert "good customer" not in html
    assert "Forwarded message" not in html


def test_a_signature_below_the_original_is_folded():
    assert read("forward_by_thunderbird_in_spanish").forwarded.quoted_text == "-- \nBob\nClient S.L."


@pytest.mark.parametrize("sample", ["forward_without_the_senders_address", "gmail_reply_in_german"])
def test_without_a_senders_address_or_in_an_answer_nobody_is_named(sample):
    assert read(sample).forwarded is None


def test_a_text_that_speaks_of_forwarding_is_no_forward():
    parsed = parse_email(
        mail("I forwarded it to you:\n\nIt is in the post.\nFrom: a shop\n", subject="Fwd: it")
    )

    assert parsed.forwarded is None


@pytest.mark.parametrize(
    ("subject", "plain"),
    [("Fwd: Re: Fw: Hello", "Hello"), ("WG: AW: Rechnung", "Rechnung"), ("Hello", "Hello"), ("Fwd:", "Fwd:")],
)
def test_subjects_lose_what_programs_put_before_them(subject, plain):
    assert without_prefix(subject) == plain


@given(
    st.lists(
        st.sampled_from(
            [
                "From: Bob <bob@x.test>",
                "Date: 2 March 2026 18:00",
                "Subject: Hi",
                "> ",
                "",
                "---- Forwarded message ----",
                "To: you@x.test",
                "Hello there",
                "-- ",
            ]
        ),
        max_size=40,
    ).map("\n".join)
)
def test_no_shape_of_text_stumbles(text):
    parsed = parse_email(mail(text, subject="Fwd: Hi"))

    assert wire.load(wire.dump(parsed)) == parsed
