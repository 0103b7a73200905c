"""Ask somebody outside: forward a message, and keep what they answer from the customer until it is shown to them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from accounts.models import Agent
from foundation import richtext
from tickets import events, files, recipients
from tickets.errors import NothingWritten, TooLate
from tickets.models import Attachment, Message, Ticket
from tickets.services import locking


@transaction.atomic
def forward(
    *,
    message: Message,
    actor: Agent,
    to: Sequence[str],
    comment: str = "",
    attachments: Sequence[Attachment] = (),
    client_key: str = "",
) -> Message:
    """Send a message that the customer may read to somebody outside. It leaves at once.

    Nothing but this message goes along: no note, no history. `comment` is text. `attachments` are those of its
    files that were chosen. Raises NothingWritten for what is not the customer's to read, RecipientRefused.
    """
    if not message.is_public or message.is_held:
        raise NothingWritten(_("Only what the customer may read can be forwarded."))
    recipients.chosen(to=[], cc=to, bcc=[])  # right, and none of the desk's own
    ticket = locking.lock(message.ticket)
    key = f"forward:{actor.pk}:{client_key}" if client_key else None
    if key and (again := Message.objects.filter(source_key=key).first()):
        return again
    html = richtext.from_text(comment) + _original(message, ticket)
    forwarded = Message.objects.create(
        ticket=ticket,
        visibility=Message.Visibility.OUTSIDE,
        direction=Message.Direction.OUTBOUND,
        channel="email",
        author_agent=actor,
        author_name=actor.public_name,
        recipients={"to": list(dict.fromkeys(address.lower() for address in to))},
        html=html,
        text=richtext.to_text(html).strip(),
        delivery=Message.Delivery.QUEUED,
        send_after=now(),
        facts={"forwards": message.pk},
        source_key=key,
    )
    _copy(attachments, message, forwarded)
    locking.save(ticket, [])
    events.record(ticket, events.MESSAGE_FORWARDED, actor=actor, message=forwarded)
    return forwarded


def _original(message: Message, ticket: Ticket) -> str:
    """The words of the message below a block that says whose they are, as mail programs forward."""
    name = message.author_name or message.author_address
    sender = f"{name} <{message.author_address}>" if message.author_address not in ("", name) else name
    told = [
        (_("From"), richtext.strip_controls(sender)),
        (_("Date"), date_format(localtime(message.created_at), "DATETIME_FORMAT")),
        (_("Subject"), ticket.subject),
    ]
    block = format_html_join("", "<b>{}:</b> {}<br>", told)
    return format_html(
        "<p>---------- {} ----------<br>{}</p>", _("Forwarded message"), block
    ) + richtext.from_text(message.text)


def _copy(attachments: Sequence[Attachment], message: Message, forwarded: Message) -> None:
    """Copies: what is later taken out of one message stays in the other."""
    chosen = {file.pk for file in attachments}
    new = []
    for file in message.attachments.filter(pk__in=chosen):
        with file.file.open("rb") as stored:
            new.append(files.NewFile(name=file.name, content=stored.read(), content_type=file.content_type))
    files.check_limits(new)
    files.store(new, ticket=forwarded.ticket, message=forwarded)


@transaction.atomic
def share(*, message: Message, actor: Agent) -> Message:
    """Show an outsider's answer to the customer: on their page, and in the history below the next answer."""
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if not row.is_aside or not row.is_inbound:
        raise TooLate(_("The customer sees this message already."))
    row.visibility = Message.Visibility.PUBLIC
    row.save(update_fields=["visibility"])
    locking.save(ticket, [])
    events.record(ticket, events.ASIDE_SHARED, actor=actor, message=row)
    return row
