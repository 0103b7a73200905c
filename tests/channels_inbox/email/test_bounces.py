import pytest

from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail, multipart, part
from tests.channels_inbox.email.samples import HERE


def read(name: str):
    return parse_email((HERE / f"{name}.eml").read_bytes())


@pytest.mark.parametrize(
    ("sample", "failed"),
    [
        ("postfix_bounce_user_unknown", ("gone@customer.test", "hard", False, "5.1.1", "User unknown")),
        ("exchange_bounce_mailbox_full", ("full@firma.test", "soft", False, "5.2.2", "mailbox full")),
        (
            "qmail_bounce_without_mime",
            ("gone@qmail.test", "hard", False, "5.1.1", "no mailbox here by that name"),
        ),
        (
            "exim_bounce_naming_its_recipients_in_the_header",
            ("gone@exim.test", "hard", False, "", "Unrouteable address"),
        ),
        ("sendmail_warning_of_delay", ("slow@customer.test", "soft", True, "4.4.1", "connection timed out")),
        ("complaint_of_a_mailbox_provider", ("angry@provider.test", "complaint", False, "", "abuse")),
    ],
)
def test_a_bounce_tells_who_why_and_which_mail(sample, failed):
    parsed = read(sample)

    first = parsed.bounce.recipients[0]
    assert (first.email, first.kind, first.delayed, first.status) == failed[:4]
    assert failed[4] in first.words
    assert parsed.bounce.original_message_id == "ticket-42.3@desk.test"
    assert (parsed.is_bounce, parsed.is_auto_reply) == (True, False)
    assert parsed.automatic_reason


@pytest.mark.parametrize(
    "sample",
    [
        "postmaster_who_is_a_person",
        "receipt_of_a_delivery_that_succeeded",
        "read_receipt",
        "exchange_out_of_office",
        "person_on_a_mailing_list",
        "gmail_reply_in_german",
    ],
)
def test_other_mail_is_no_bounce(sample):
    parsed = read(sample)

    assert (parsed.is_bounce, parsed.bounce) == (False, None)


def test_a_person_who_forwards_a_bounce_did_not_bounce():
    report = part(
        "Final-Recipient: rfc822; x@y.test\r\nAction: failed\r\nStatus: 5.1.1", "message/delivery-status"
    )

    assert not parse_email(multipart(part("What does this mean?"), report)).is_bounce


def report(*recipients: str) -> bytes:
    fields = "Reporting-MTA: dns; mx.test\r\n\r\n" + "\r\n\r\n".join(recipients)
    return multipart(
        part("Failed."), part(fields, "message/delivery-status"), kind="report; report-type=delivery-status"
    )


@pytest.mark.parametrize(
    ("fields", "kind", "delayed"),
    [
        ("Action: failed\r\nStatus: 5.1.1", "hard", False),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user", "hard", False),
        ("Action: failed\r\nStatus: 5.2.2", "soft", False),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 mailbox is full", "soft", False),
        ("Action: failed\r\nStatus: 4.4.7", "soft", False),
        (
            "Action: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 rejected as spam",
            "soft",
            False,
        ),
        ("Action: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 user unknown", "hard", False),
        ("Action: failed\r\nStatus: 5.3.4", "soft", False),
        ("Action: delayed\r\nStatus: 4.4.1", "soft", True),
        ("Action: failed\r\nStatus: 5.4.4\r\nDiagnostic-Code: x; Host not found", "hard", False),
    ],
)
def test_what_is_gone_is_hard_and_what_may_pass_is_soft(fields, kind, delayed):
    [failed] = parse_email(report(f"Final-Recipient: rfc822; x@y.test\r\n{fields}")).bounce.recipients

    assert (failed.email, failed.kind, failed.delayed) == ("x@y.test", kind, delayed)


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("Hi.\n\n<a@x.test>:\n550 unknown user\n\n<b@x.test>:\n552 full", ["a@x.test", "b@x.test"]),
        ("These failed:\n\n  a@x.test\n    unknown user\n  b@x.test\n", ["a@x.test", "b@x.test"]),
        ("Write to <postmaster@mx.test> about a@x.test, user unknown", ["a@x.test"]),
        ("support@desk.test wrote to a@x.test: user unknown", ["a@x.test"]),
        ("It could not be delivered, says <postmaster@mx.test>", [""]),
        ("SMTP=a@x.test was not found", ["a@x.test"]),
        ("<a@x.test>: gone\n\n--- Below this line is a copy ---\n\n<b@x.test>", ["a@x.test"]),
        (
            "----- These had fatal errors -----\n<a@x.test>\n\n--- Original message ---\n<b@x.test>",
            ["a@x.test"],
        ),
    ],
)
def test_the_text_of_a_bounce_lists_whom_it_concerns(text, failed):
    raw = mail(text, subject="Undeliverable", **{"from": "MAILER-DAEMON@mx.test"})

    assert [one.email for one in parse_email(raw).bounce.recipients] == failed


def test_each_recipient_is_told():
    bounce = parse_email(
        report(
            "Final-Recipient: rfc822; a@y.test\r\nAction: failed\r\nStatus: 5.1.1",
            "Final-Recipient: rfc822; b@y.test\r\nAction: delivered\r\nStatus: 2.0.0",
            "Final-Recipient: rfc822; c@y.test\r\nAction: delayed\r\nStatus: 4.4.1",
        )
    ).bounce

    assert [(failed.email, failed.kind) for failed in bounce.recipients] == [
        ("a@y.test", "hard"),
        ("c@y.test", "soft"),
    ]
    assert (bounce.kind, bounce.is_final) == ("hard", True)


@pytest.mark.parametrize(
    ("subject", "text", "is_bounce"),
    [
        ("Undeliverable: Invoice", "User unknown", True),
        ("Delivery failure", "The mail could not be handed over.", True),
        ("Unzustellbar: Rechnung", "Der Empfänger ist unbekannt.", True),
        ("Mail problem", "550 5.1.1 gone\n\nMessage-ID: <ticket-42.3@desk.test>", True),
        ("Lunch on Friday?", "Shall we meet at noon?", False),
        ("Re: Undeliverable: Invoice", "We have looked into it.", False),
    ],
)
def test_a_daemon_without_a_report_needs_to_say_so(subject, text, is_bounce):
    raw = mail(
        text, subject=subject, **{"from": "Mail Delivery System <MAILER-DAEMON@mx.test>"}, return_path="<>"
    )

    assert parse_email(raw).is_bounce is is_bounce


NOT_HANDED_OVER = "Unable to deliver message to the following address:\n\n<gone@x.test>: 550 unknown user"


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"from": '<"System Administrator"@mx.test>'}, "Failed Recipient: gone@x.test"),
        ({"from": "Postmaster <>"}, "Your mail did not reach the following recipient: gone@x.test"),
        ({"from": "Postmaster <>", "return_path": "<MAILER-DAEMON@mx.test>"}, NOT_HANDED_OVER),
        ({"from": "<>", "return_path": "<>"}, "You wrote to gone@x.test. That's not a valid user here."),
        ({"from": "MAILER-DAEMON@mx.test", "subject": "failure delivery"}, NOT_HANDED_OVER),
        (
            {"from": "MAILER-DAEMON@mx.test"},
            "I wasn't able to deliver your mail.\nThis is a permanent error.",
        ),
        ({"from": "ndr@mx.test", "subject": "Mail delivery failed: returning message"}, NOT_HANDED_OVER),
        ({"from": "scanner@mx.test", "subject": "Mail could not be delivered"}, NOT_HANDED_OVER),
        ({"from": "MAILER-DAEMON@mx.test", "subject": "邮件传输失败"}, "<gone@x.test>:"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value.values()),
)
def test_servers_that_follow_no_standard_are_known(headers, text):
    assert parse_email(mail(text, **headers)).is_bounce


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"subject": "Mail delivery failed"}, "Hello,\nI wrote to you and got this:\n" + NOT_HANDED_OVER),
        ({"subject": "Delivery failure", "user_agent": "Mozilla Thunderbird"}, NOT_HANDED_OVER),
        ({"subject": "Re: Delivery failure"}, NOT_HANDED_OVER),
        ({"subject": "My parcel"}, NOT_HANDED_OVER),
        ({"subject": "Delivery failed"}, "My parcel could not be delivered to my neighbour."),
        ({"from": ""}, NOT_HANDED_OVER),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value.values()),
)
def test_a_customer_who_passes_on_what_a_server_said_did_not_bounce(headers, text):
    assert not parse_email(mail(text, **headers)).is_bounce


def test_a_filter_that_refuses_a_mail_bounces_it():
    receipt = part(
        "Final-Recipient: rfc822; full@x.test\r\nOriginal-Message-ID: <ticket-42.3@desk.test>\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; deleted",
        "message/disposition-notification",
    )
    raw = multipart(
        part("Your message was automatically rejected:\nQuota exceeded"),
        receipt,
        kind="report; report-type=disposition-notification",
        auto_submitted="auto-replied (rejected)",
    )

    parsed = parse_email(raw)

    [failed] = parsed.bounce.recipients
    assert (failed.email, failed.kind) == ("full@x.test", "soft")
    assert parsed.bounce.original_message_id == "ticket-42.3@desk.test"


@pytest.mark.parametrize(
    "subject", ["Undeliverable: Invoice", "Delivery failure", "Returned mail: user unknown"]
)
def test_a_customer_may_write_about_bounces(subject):
    assert not parse_email(mail("I got: 550 5.1.1 user unknown", subject=subject)).is_bounce
