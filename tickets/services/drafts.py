"""Keep what an agent has begun to write, one draft per ticket and composer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from accounts.models import Agent
from foundation import richtext
from tickets.errors import DraftIsOlder
from tickets.models import Attachment, Draft, Ticket


@transaction.atomic
def save(
    *,
    ticket: Ticket,
    agent: Agent,
    mode: str,
    html: str,
    cc: str = "",
    bcc: str = "",
    attachments: Sequence[Attachment] = (),
    revision: int,
) -> Draft:
    """Write the draft. `revision` is the one the writer started from.

    Raises DraftIsOlder, with the newer draft, when another device or window has written since.
    """
    draft, _created = Draft.objects.select_for_update().get_or_create(ticket=ticket, agent=agent, mode=mode)
    if revision < draft.revision:
        raise DraftIsOlder(draft)
    draft.html, draft.cc, draft.bcc = richtext.clean(html), cc[:1000], bcc[:1000]
    draft.revision = revision + 1
    draft.save()
    draft.attachments.set(attachments)
    return draft


def discard(*, ticket: Ticket, agent: Agent, mode: str) -> None:
    """Throw the draft away. Its uploads are swept a day later, so that an undo finds them."""
    Draft.objects.filter(ticket=ticket, agent=agent, mode=mode).delete()


def uploads_of(*, ticket: Ticket, agent: Agent, tokens: Sequence[str]) -> list[Attachment]:
    """The agent's own uploads to this ticket among these tokens, in their order; what is not theirs is left out."""
    if not tokens:
        return []
    found = Attachment.objects.filter(ticket=ticket, uploaded_by=agent, message=None, token__in=tokens)
    by_token = {attachment.token: attachment for attachment in found}
    return [by_token[token] for token in dict.fromkeys(tokens) if token in by_token]
