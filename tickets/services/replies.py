"""What the desk writes: a reply to the customer, a note to colleagues, and taking a reply back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent
from foundation import desk, richtext
from tickets import events, recipients
from tickets.errors import NewerActivity, NothingWritten, TooLate
from tickets.models import Attachment, Draft, Message, Participant, Ticket, TicketEvent
from tickets.services import conversation, locking, workflow


@transaction.atomic
def post_reply(
    *,
    ticket: Ticket,
    author: Agent,
    html: str,
    attachments: Sequence[Attachment] = (),
    status: str = "",
    last_seen_event: int | None = None,
    client_key: str = "",
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    caused_by: TicketEvent | None = None,
) -> Message:
    """Answer the customer. The message leaves once the undo window has passed.

    `status` is set along with it. Raises NewerActivity when something was written after `last_seen_event`.
    The same `client_key` from the same author gives the message that is there already. `bcc` get it as well,
    and neither the customer nor those in `cc` ever learn of them. Raises RecipientRefused for an address that
    no answer may go to.
    """
    copies = recipients.chosen(to=[ticket.requester.email], cc=cc, bcc=bcc)
    locking.lock(ticket)
    key = f"reply:{author.pk}:{client_key}" if client_key else None
    if key and (again := Message.objects.filter(source_key=key).first()):
        return again
    _refuse_if_stale(ticket, author, last_seen_event)
    body = _body(html, attachments)
    undo = conversation.mark_answered(ticket) | {"status": ticket.status_id}
    if ticket.assignee_id is None:
        undo["assignee"] = True
    message = Message.objects.create(
        ticket=ticket,
        visibility=Message.Visibility.PUBLIC,
        direction=Message.Direction.OUTBOUND,
        channel=_reply_channel(ticket),
        author_agent=author,
        author_name=author.public_name,
        recipients=copies,
        delivery=Message.Delivery.QUEUED,
        send_after=now() + timedelta(seconds=desk.settings().undo_send_seconds),
        source_key=key,
        undo=undo,
        **body,
    )
    _attach(message, attachments)
    ticket.snippet = richtext.excerpt(message.text, conversation.SNIPPET)
    locking.save(ticket, ["snippet", "waiting_since", "first_replied_at"])
    events.record(ticket, events.MESSAGE_POSTED, actor=author, message=message, caused_by=caused_by)
    _take_on(ticket, author, status)
    _retire_draft(ticket, author, Draft.Mode.REPLY)
    return message


def everybody_else(ticket: Ticket) -> list[str]:
    """Whom an answer to all goes to besides the customer."""
    present = ticket.participants.filter(removed_at=None).select_related("customer").order_by("pk")
    return recipients.not_ours([person.customer.email for person in present if person.customer.email])


def _refuse_if_stale(ticket: Ticket, author: Agent, last_seen_event: int | None) -> None:
    if last_seen_event is None:
        return
    newer = (
        ticket.events.filter(pk__gt=last_seen_event, kind__in=events.CONVERSATION)
        .exclude(actor_agent=author)
        .select_related("message", "message__author_agent", "message__author_customer")
    )
    if found := list(newer):
        raise NewerActivity(found)


def _body(html: str, attachments: Sequence[Attachment]) -> dict[str, str]:
    clean = richtext.clean(html)
    text = richtext.to_text(clean).strip()
    if not text and not attachments and "<img" not in clean:
        raise NothingWritten(_("Write something first."))
    return {"html": clean, "text": text}


def _reply_channel(ticket: Ticket) -> str:
    # Forms and portals cannot be answered where they came from: mail reaches everybody who has an address.
    return "email" if ticket.channel in ("form", "portal", "api") else ticket.channel


def _attach(message: Message, attachments: Sequence[Attachment]) -> None:
    if not attachments:
        return
    for attachment in attachments:
        attachment.is_inline = attachment.token in message.html
    Attachment.objects.bulk_update(attachments, ["is_inline"])
    Attachment.objects.filter(pk__in=[a.pk for a in attachments], message=None).update(message=message)


def _take_on(ticket: Ticket, author: Agent, status: str) -> None:
    """Who answers an unassigned ticket has it; a new ticket that was answered is no longer new."""
    if ticket.assignee_id is None:
        workflow.assign(ticket=ticket, assignee=author, actor=author)
    wanted = status or ("open" if ticket.category == "new" else "")
    if wanted and wanted != ticket.status_id:
        workflow.change_status(ticket=ticket, status=wanted, actor=author)


def _retire_draft(ticket: Ticket, author: Agent, mode: str) -> None:
    Draft.objects.filter(ticket=ticket, agent=author, mode=mode).delete()


@transaction.atomic
def add_note(
    *,
    ticket: Ticket,
    author: Agent | None,
    html: str,
    attachments: Sequence[Attachment] = (),
    client_key: str = "",
    channel: str = "note",
    actor_label: str = "",
    caused_by: TicketEvent | None = None,
) -> Message:
    """Write something that only the desk ever reads."""
    locking.lock(ticket)
    key = f"note:{author.pk}:{client_key}" if author and client_key else None
    if key and (again := Message.objects.filter(source_key=key).first()):
        return again
    message = Message.objects.create(
        ticket=ticket,
        visibility=Message.Visibility.INTERNAL,
        direction=Message.Direction.OUTBOUND,
        channel=channel,
        author_agent=author,
        author_name=author.name if author else actor_label,
        source_key=key,
        **_body(html, attachments),
    )
    _attach(message, attachments)
    locking.save(ticket, [])
    events.record(
        ticket, events.NOTE_ADDED, actor=author or actor_label, message=message, caused_by=caused_by
    )
    if author:
        _retire_draft(ticket, author, Draft.Mode.NOTE)
    return message


@transaction.atomic
def undo_send(*, message: Message, actor: Agent) -> Draft:
    """Take back a reply that has not left. It becomes the author's draft again, with all that went with it.

    Raises TooLate once the outbox has begun to hand it over.
    """
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.is_aside:  # else words for an outsider would be a draft to the customer
        raise TooLate(_("What was forwarded cannot be taken back."))
    has_left = row.delivery != Message.Delivery.QUEUED or row.sent_at  # what came back had left, too
    if has_left or row.author_agent_id != actor.pk:
        raise TooLate(_("This message has already left. Write another one to put things right."))
    row.delivery = Message.Delivery.CANCELLED
    # Frees the key, so that the same words may be sent again.
    row.source_key = None
    row.save(update_fields=["delivery", "source_key"])
    _restore(ticket, row, actor)
    events.record(ticket, events.MESSAGE_UNDONE, actor=actor, message=row)
    return _back_to_draft(ticket, row, actor)


def _restore(ticket: Ticket, message: Message, actor: Agent) -> None:
    undo = message.undo
    if waiting := undo.get("waiting_since"):
        ticket.waiting_since = datetime.fromisoformat(waiting)
    if undo.get("first_replied"):
        ticket.first_replied_at = None
    last = ticket.messages.public().order_by("-pk").first()
    ticket.snippet = richtext.excerpt(last.text, conversation.SNIPPET) if last else ""
    locking.save(ticket, ["waiting_since", "first_replied_at", "snippet"])
    if (before := undo.get("status")) and before != ticket.status_id:
        workflow.change_status(ticket=ticket, status=before, actor=actor, by_undo=True)
    if undo.get("assignee") and ticket.assignee_id == actor.pk:
        workflow.assign(ticket=ticket, assignee=None, actor=actor)


def _back_to_draft(ticket: Ticket, message: Message, actor: Agent) -> Draft:
    draft, _created = Draft.objects.get_or_create(ticket=ticket, agent=actor, mode=Draft.Mode.REPLY)
    draft.html = message.html + draft.html
    draft.cc = ", ".join(message.recipients.get("cc", []))
    draft.bcc = ", ".join(message.recipients.get("bcc", []))
    draft.revision += 1
    draft.save()
    files = list(message.attachments.all())
    Attachment.objects.filter(pk__in=[file.pk for file in files]).update(message=None)
    draft.attachments.add(*files)
    return draft


@transaction.atomic
def send_now(*, message: Message, actor: Agent) -> Message:
    """The author waives what is left of the undo window. Without effect on a message that has left."""
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.delivery != Message.Delivery.QUEUED or row.author_agent_id != actor.pk:
        return row
    row.send_after = now()
    row.save(update_fields=["send_after"])
    events.record(ticket, events.MESSAGE_HURRIED, actor=actor, message=row)
    return row


@transaction.atomic
def accept_held(*, message: Message, actor: Agent) -> Message:
    """Let in what somebody wrote who was not part of the ticket: they become a participant."""
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if not row.is_held:
        return row
    row.is_held = False
    row.save(update_fields=["is_held"])
    if row.author_customer and row.author_customer_id != ticket.requester_id:
        Participant.objects.get_or_create(
            ticket=ticket, customer=row.author_customer, defaults={"added_by": actor}
        )
    locking.save(ticket, [])
    events.record(ticket, events.MESSAGE_ACCEPTED, actor=actor, message=row)
    return row
