"""The main job: a mail comes in, an agent answers in the browser, the customer gets the answer and answers back.

Nothing is stood in for: Dovecot holds the mailbox, an SMTP server takes what leaves, the desk runs as its own
processes, and two agents look at it in Chromium.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from channels_inbox import ledger
from channels_inbox.models import Inbox
from foundation import desk
from tests.agents import Browsers, entry, hears_the_bell, saved, send, write
from tests.live import LiveDesk
from tests.mailservers import MailServers
from tests.make import make_agent, make_inbox
from tests.processes import desk_at_work
from tickets.models import Message, Ticket

CUSTOMER = "Elena Lindqvist <elena@fjordworks.example>"
ADDRESS = "elena@fjordworks.example"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
)
# A mail can take the road of the poll (a minute) where the server's push is missed.
PATIENCE = 70_000


@pytest.fixture
def inbox(mail_servers: MailServers, transactional_db: None) -> Inbox:
    address = mail_servers.new_mailbox()
    imap, smtp = mail_servers.imap, mail_servers.smtp
    return make_inbox(
        address=address,
        settings={
            "imap_host": imap.host,
            "imap_port": imap.tls_port,
            "imap_security": "tls",
            "imap_user": address,
            "imap_folders": ["INBOX"],
            "smtp_host": smtp.host,
            "smtp_port": smtp.port,
            "smtp_security": "starttls",
            "smtp_user": smtp.username,
        },
        credentials={"imap_password": imap.password, "smtp_password": smtp.password},
    )


@pytest.fixture
def at_work(inbox: Inbox, live: LiveDesk, mail_servers: MailServers) -> Iterator[None]:
    desk.change(None, undo_send_seconds=3)
    certificate = str(mail_servers.certificate)
    place = Path(os.environ["TEST_PLACE"])
    with desk_at_work(place, SSL_CERT_FILE=certificate, SITE_URL=live.url):
        yield


@pytest.fixture
def browsers(live: LiveDesk, new_context: Callable[..., BrowserContext]) -> Browsers:
    return Browsers(live, new_context)


def a_mail(inbox: Inbox, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = CUSTOMER, inbox.address
    mail["Subject"] = "Charged twice for October"
    mail["Date"] = "Tue, 03 Mar 2026 10:12:00 +0100"
    mail["Message-ID"] = "<first@fjordworks.example>"
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content("Hi,\n\nmy card was charged twice. Screenshot attached.\n\nElena\n")
    return mail


def with_html_and_file(mail: EmailMessage) -> bytes:
    mail.add_alternative(
        "<p>Hi,</p><p>my card was charged <b>twice</b>. Screenshot attached.</p><p>Elena</p>", subtype="html"
    )
    mail.add_attachment(PIXEL, maintype="image", subtype="png", filename="statement-oct.png")
    return mail.as_bytes()


def paste_picture(page: Page) -> None:
    """As a browser pastes a screenshot: an image file on the clipboard."""
    page.locator("#reply-form .tiptap").evaluate(
        """(editor, data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const clipboard = new DataTransfer();
            clipboard.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
            const paste = { clipboardData: clipboard, bubbles: true, cancelable: true };
            editor.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        base64.b64encode(PIXEL).decode(),
    )
    expect(page.locator("#reply-form .tiptap img:not(.ProseMirror-separator)")).to_have_count(1)


def parts_of(mail: EmailMessage) -> dict[str, Any]:
    return {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}


def test_a_mail_comes_in_is_answered_and_answered_back(
    inbox: Inbox, at_work: None, mail_servers: MailServers, browsers: Browsers, tmp_path: Path
) -> None:
    # Two agents look at the list.
    ana, ben = make_agent(name="Ana Silva", role="Admin"), make_agent(name="Ben Okafor")
    watching = hears_the_bell(browsers.open(ben, "/inbox/open/"))
    working = hears_the_bell(browsers.open(ana, "/inbox/open/"))

    # A customer writes; the ticket appears in both browsers without a reload.
    watching.evaluate("window.neverReloaded = true")
    mail_servers.imap.deliver(inbox.address, with_html_and_file(a_mail(inbox)), sender=ADDRESS)
    row = working.get_by_role("link", name=re.compile("Charged twice for October")).first
    expect(row).to_be_visible(timeout=PATIENCE)
    expect(watching.get_by_text("Charged twice for October").first).to_be_visible(timeout=PATIENCE)
    assert watching.evaluate("window.neverReloaded") is True

    # The customer is told that it arrived: a number, a link, nothing of what they wrote.
    [acknowledgement] = mail_servers.smtp.wait_for(ADDRESS)
    told = acknowledgement.message
    ticket = Ticket.objects.get()
    assert f"#{ticket.number}" in told["Subject"]
    assert told["Auto-Submitted"] == "auto-replied"
    assert "Charged twice" not in told.as_string()
    [link] = set(re.findall(r"http://\S+/requests/\S+", told.get_body(("plain",)).get_content()))

    # Ana opens it, reads, and answers with formatting, a pasted picture and a file.
    row.click()
    message = entry(working, "Screenshot attached")
    expect(message).to_contain_text("statement-oct.png")
    write(working, "Hello Elena, ")
    working.keyboard.press("Control+b")
    working.keyboard.type("we refunded you")
    working.keyboard.press("Control+b")
    paste_picture(working)
    invoice = tmp_path / "invoice.txt"
    invoice.write_text("49.00 EUR refunded")
    working.locator("#reply-form [data-composer-files]").set_input_files(invoice)
    expect(working.locator("#reply-form [data-attachment-tray]")).to_contain_text("invoice.txt")
    saved(working)
    send(working)
    expect(entry(working, "we refunded you")).to_be_visible()

    # After the undo window the mail leaves, well formed.
    sent = mail_servers.smtp.wait_for(ADDRESS, count=2)[-1].message
    parts = parts_of(sent)
    assert sent["From"].addresses[0].addr_spec == inbox.address
    assert sent["In-Reply-To"] == "<first@fjordworks.example>"
    assert "<first@fjordworks.example>" in sent["References"]
    assert sent.get_content_type() == "multipart/mixed"
    assert {"text/plain", "text/html", "image/png"} <= set(parts)
    assert "<strong>we refunded you</strong>" in parts["text/html"].get_content()
    content_id = parts["image/png"]["Content-ID"].strip("<>")
    assert f"cid:{content_id}" in parts["text/html"].get_content()
    assert parts["image/png"].get_content() == PIXEL
    attached = {part.get_filename(): part.get_content() for part in sent.iter_attachments()}
    assert attached["invoice.txt"].strip() == "49.00 EUR refunded"
    reply_to = parseaddr(sent["Reply-To"])[1]
    assert re.fullmatch(
        re.escape(inbox.address).replace("@", rf"\+t{ticket.number}\.[a-z2-7]{{26}}@"), reply_to
    )
    own = Message.objects.get(direction="out", automatic=False)
    assert own.deliveries.get().rfc_message_id in sent["Message-ID"]
    expect(entry(working, "we refunded you")).to_contain_text("Sent", timeout=PATIENCE)

    # Ana solves it; Elena answers under a quote; it lands in the same ticket, open again, the quote folded.
    working.get_by_role("button", name="Solve", exact=True).click()
    expect(working.get_by_role("main")).to_contain_text("Solved")
    answer = a_mail(
        inbox,
        Subject="Re: Charged twice for October",
        Message_ID="<second@fjordworks.example>",
        In_Reply_To=sent["Message-ID"],
        References=f"<first@fjordworks.example> {sent['Message-ID']}",
    )
    answer.set_content(
        "Great, thanks! Will November be right?\n\n"
        f"On Tue, Mar 3, 2026 at 10:12 AM Ana Silva <{inbox.address}> wrote:\n\n> Hello Elena, we refunded you\n"
    )
    mail_servers.imap.deliver(inbox.address, answer.as_bytes(), sender=ADDRESS)
    came_back = entry(working, "Will November be right?")
    expect(came_back).to_be_visible(timeout=PATIENCE)
    expect(came_back.locator("details.quoted, .quoted")).not_to_have_attribute("open", "")
    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.status_id) == (1, "open")
    last = ticket.messages.order_by("pk").last()
    assert last.text == "Great, thanks! Will November be right?"
    assert "> Hello Elena" in last.quoted_text

    # The customer follows the link of the acknowledgement and sees the conversation, but no note.
    visitor = Client(HTTP_HOST="127.0.0.1")
    page = visitor.post(re.sub(r"^http://[^/]+", "", link), follow=True)
    assert "we refunded you" in page.content.decode()
    assert "Will November be right?" in page.content.decode()

    # And the books are right.
    assert ledger.check().findings == []
