"""SMTP in, and the command that runs both servers."""

from __future__ import annotations

import asyncio
import os
import smtplib
import subprocess
import sys

import pytest

from helpdesk.demo_mail.server import serving
from helpdesk.embedded.layout import PROJECT

MAIL = "From: support@demo.test\r\nTo: customer@demo.test\r\nSubject: Re: Hello\r\n\r\n.a dot\r\n"


def test_a_sent_mail_lies_in_the_mailbox_of_each_recipient(demo_mail):
    with smtplib.SMTP("127.0.0.1", demo_mail.smtp_port, timeout=10) as smtp:
        smtp.sendmail("support@demo.test", ["customer@demo.test", "copy@else.test"], MAIL)

    for address in ("customer@demo.test", "copy@else.test"):
        (mail,) = demo_mail.store.mails(address)
        assert mail.raw.endswith(b"Re: Hello\r\n\r\n.a dot\r\n")


def test_nothing_leaves_the_machine(demo_mail):
    with (
        smtplib.SMTP("127.0.0.1", demo_mail.smtp_port, timeout=10) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused, match="never leaves"),
    ):
        smtp.sendmail("support@demo.test", ["somebody@example.com"], MAIL)


def test_the_desk_may_sign_in(demo_mail):
    with smtplib.SMTP("127.0.0.1", demo_mail.smtp_port, timeout=10) as smtp:
        smtp.login("support@demo.test", "demo")
        smtp.sendmail("support@demo.test", ["customer@demo.test"], MAIL)
    with (
        smtplib.SMTP("127.0.0.1", demo_mail.smtp_port) as smtp,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        smtp.login("support@demo.test", "wrong")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_they_listen_on_this_machine_only(demo_mail, host):
    async def serve() -> None:
        async with serving(demo_mail.store, host, 0, 0):
            pass

    with pytest.raises(ValueError, match="never listen"):
        asyncio.run(serve())


def command(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo_mail", "--imap-port=0", "--smtp-port=0"],
        cwd=PROJECT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    process = command(HELPDESK_DEMO="1", HELPDESK_RUNTIME_DIR=str(tmp_path), PYTHONUNBUFFERED="1")
    smtp_port = int(process.stdout.readline().split(":")[-1])

    with smtplib.SMTP("127.0.0.1", smtp_port, timeout=10) as smtp:
        smtp.sendmail("support@demo.test", ["customer@demo.test"], MAIL)
    process.terminate()
    process.communicate(timeout=30)

    assert process.returncode == 0
    assert len(list((tmp_path / "demo-mail" / "customer@demo.test" / "INBOX").glob("*.eml"))) == 1


def test_the_command_belongs_to_the_demo():
    _, said = command(HELPDESK_DEMO="0").communicate(timeout=30)

    assert "set HELPDESK_DEMO=1" in said
