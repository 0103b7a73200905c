"""Tell an agent that their answer by mail was not posted, and why: else they believe that the customer has it.

Only who has shown to be that agent is told: nobody learns anything by forging, and nobody gets mail that others caused.
"""

from __future__ import annotations

from django.conf import settings

from accounts.models import Agent
from channels_inbox import doorbell, loop_caps
from channels_inbox.email import agent_address, reply_address
from channels_inbox.email.agent_address import Bound
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import ANSWER_HELD
from channels_inbox.mail_texts.places import Place
from channels_inbox.messages import OutboundMessage, Sender
from channels_inbox.models import InboundPayload, MessageDelivery, Reflex
from channels_inbox.routes import default_route
from foundation import desk
from tickets.models import Ticket

GONE = "The agent is no longer active."


def queue(payload: InboundPayload, *, agent: Agent, number: int, reason: str) -> None:
    """Once for each mail that is held, however often it is read."""
    route = default_route()
    if route is None:
        return
    row = MessageDelivery(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=route.inbox,
        idempotency_key=f"{ANSWER_HELD}:{payload.pk}",
        rfc_message_id=reply_address.mint_notice(route.address),
        sender=route.address,
        recipients={"to": [agent.email]},
        content={
            "kind": ANSWER_HELD,
            "agent": agent.pk,
            "number": number,
            "reason": reason,
            "language": agent.language,
        },
    )
    MessageDelivery.objects.bulk_create([row], ignore_conflicts=True)
    doorbell.ring_after_commit(doorbell.SEND_DUE)


def write(row: MessageDelivery) -> OutboundMessage:
    """Raises NothingToSend where the agent was let go meanwhile, or was told too often."""
    agent = Agent.objects.active().filter(pk=row.content["agent"]).first()
    if agent is None:
        raise NothingToSend(GONE)
    number = row.content["number"]
    ticket = Ticket.objects.filter(number=number).first()
    kind = Reflex.Kind.NOTIFICATION
    if too_many := loop_caps.may_leave(row, address=agent.email, ticket=ticket, kind=kind):
        raise NothingToSend(too_many)
    values = {
        "number": str(number),
        "reason": row.content["reason"],
        "link": f"{settings.SITE_URL.rstrip('/')}/t/{number}/",
        "desk": desk.settings().name,
    }
    letter = texts.write(ANSWER_HELD, Place(language=agent.language), values)
    return OutboundMessage(
        sender=Sender(handle=row.sender, name=desk.settings().name),
        # What a program answers for them goes where such answers end.
        reply_to=agent_address.sign(row.sender, Bound(agent.pk, number)),
        to=(agent.email,),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=row.rfc_message_id,
        date=row.created_at,
        automatic=True,
        language=agent.language,
    )
