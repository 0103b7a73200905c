"""The servers that other tests trust."""

from __future__ import annotations

import smtplib
import ssl

import imapclient
import pytest

from tests.mailservers import Fault, MailServers

MAIL = b"From: customer@example.test\r\nSubject: Hello\r\n\r\nGood morning\r\n"


def connect(servers: MailServers, *, patience: float = 10) -> smtplib.SMTP:
    client = greet(servers, patience=patience)
    client.login(servers.smtp.username, servers.smtp.password)
    return client


def greet(servers: MailServers, *, patience: float = 10) -> smtplib.SMTP:
    client = smtplib.SMTP(servers.smtp.host, servers.smtp.port, timeout=patience)
    client.starttls(context=ssl.create_default_context(cafile=servers.certificate))
    return client


def send(servers: MailServers, recipient: str, *, patience: float = 10) -> None:
    with connect(servers, patience=patience) as client:
        client.sendmail("customer@example.test", [recipient], MAIL)


def test_a_mail_sent_by_smtp_can_be_read_by_imap(mail_servers):
    mailbox = mail_servers.new_mailbox()

    send(mail_servers, mailbox)

    with mail_servers.imap.open(mailbox) as imap:
        imap.select_folder("INBOX")
        (uid,) = imap.search()
        assert b"Subject: Hello" in imap.fetch(uid, ["BODY.PEEK[]"])[uid][b"BODY[]"]


def test_what_follows_a_plus_in_an_address_still_leads_to_its_mailbox(mail_servers):
    mailbox = mail_servers.new_mailbox()

    send(mail_servers, mailbox.replace("@", "+t42.signature@"))

    with mail_servers.imap.open(mailbox) as imap:
        imap.select_folder("INBOX")
        assert len(imap.search()) == 1


def test_idle_tells_of_a_new_mail(mail_servers):
    mailbox = mail_servers.new_mailbox()
    with mail_servers.imap.open(mailbox) as imap:
        imap.select_folder("INBOX")
        imap.idle()

        mail_servers.imap.deliver(mailbox, MAIL)

        assert (1, b"EXISTS") in imap.idle_check(timeout=10)
        imap.idle_done()


def test_imap_speaks_tls_with_a_certificate_one_can_check(mail_servers):
    context = ssl.create_default_context(cafile=mail_servers.certificate)

    with imapclient.IMAPClient("localhost", mail_servers.imap.tls_port, ssl_context=context) as imap:
        imap.login("anybody@example.test", mail_servers.imap.password)
        assert b"MOVE" in imap.capabilities()


def test_a_wrong_password_is_refused_at_once(mail_servers):
    with greet(mail_servers) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(mail_servers.smtp.username, "wrong")
    with (
        imapclient.IMAPClient("127.0.0.1", mail_servers.imap.port, ssl=False) as imap,
        pytest.raises(imapclient.exceptions.LoginError),
    ):
        imap.login("support@example.test", "wrong")


@pytest.mark.parametrize(
    ("fault", "raised", "code"),
    [
        (Fault.REFUSED_RECIPIENT, smtplib.SMTPRecipientsRefused, 550),
        (Fault.RECIPIENT_LATER, smtplib.SMTPRecipientsRefused, 451),
        (Fault.SERVICE_CLOSING, smtplib.SMTPRecipientsRefused, 421),
        (Fault.REFUSED_CONTENT, smtplib.SMTPDataError, 554),
        (Fault.CONTENT_LATER, smtplib.SMTPDataError, 452),
    ],
)
def test_a_scripted_refusal_strikes_once(mail_servers, fault, raised, code):
    mail_servers.smtp.fail("a@elsewhere.test", fault)

    with pytest.raises(raised) as refusal:
        send(mail_servers, "a@elsewhere.test")
    send(mail_servers, "a@elsewhere.test")

    assert str(code) in str(refusal.value)
    assert len(mail_servers.smtp.wait_for("a@elsewhere.test")) == 1


@pytest.mark.parametrize(
    ("fault", "taken"),
    [(Fault.SILENT_BEFORE_CONTENT, 0), (Fault.GONE_BEFORE_CONTENT, 0), (Fault.SILENT_AFTER_CONTENT, 1)],
)
def test_a_broken_line_leaves_known_traces(mail_servers, fault, taken):
    mail_servers.smtp.fail("b@elsewhere.test", fault)

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mail_servers, "b@elsewhere.test", patience=1)

    assert len(mail_servers.smtp.mails_to("b@elsewhere.test")) == taken


def test_a_line_that_drops_after_250_was_still_a_success(mail_servers):
    mail_servers.smtp.fail("c@elsewhere.test", Fault.GONE_AFTER_250)

    client = connect(mail_servers)
    client.sendmail("customer@example.test", ["c@elsewhere.test"], MAIL)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()

    (mail,) = mail_servers.smtp.wait_for("c@elsewhere.test")
    assert mail.message["Subject"] == "Hello"
