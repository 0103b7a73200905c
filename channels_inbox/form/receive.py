"""Take in a filled-in form: into the ledger first, then at once through the intake, so that its number can be shown."""

from __future__ import annotations

import logging

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Brand
from channels_inbox import intake
from channels_inbox.form.submission import Submission
from channels_inbox.models import InboundPayload, Inbox
from foundation.errors import HelpdeskError

logger = logging.getLogger(__name__)


class FormClosed(HelpdeskError):
    """An admin has switched the form off."""

    def __init__(self) -> None:
        super().__init__(_("This form is closed at the moment. Please write us an email."))


def form_inbox(word: str = "") -> Inbox:
    """The form that is found under this word; without one, the desk's first, made when it is first needed.

    Raises Http404 for a word nobody gave a form, FormClosed for a form that is switched off.
    """
    forms = Inbox.objects.filter(kind="form").select_related("brand")
    inbox = forms.filter(address=word).first() if word else forms.order_by("-is_active", "pk").first()
    if inbox is None and word:
        raise Http404
    if inbox is None:
        inbox = _make_the_first()
    if not inbox.is_active:
        raise FormClosed
    return inbox


def _make_the_first() -> Inbox:
    brand = Brand.objects.get(is_default=True)
    inbox, _created = Inbox.objects.get_or_create(
        kind="form",
        address="ask",
        defaults={"brand": brand, "name": "Web form", "settings": {"allow_files": True}},
    )
    return inbox


def receive(submission: Submission, *, inbox: Inbox, address: str) -> int | None:
    """Keep what was sent, then make it a ticket. Returns the ticket's number.

    None where that did not succeed yet: it is in the ledger all the same, and is tried again. A form that is
    sent twice gives the same number twice.
    """
    key = f"form:{submission.key}"
    payload = InboundPayload.objects.accept(
        inbox, dedup_key=key, raw=submission.pack(), transport={"address": address}
    )
    if payload is not None:
        _process(payload)
    stored = InboundPayload.objects.select_related("ticket").defer("raw").get(inbox=inbox, dedup_key=key)
    return stored.ticket.number if stored.ticket else None


def _process(payload: InboundPayload) -> None:
    try:
        intake.process(payload)
    except Exception:  # it is stored, which is all that was promised; the sweep tries again
        logger.exception("A form could not be processed at once; the sweep will take it.")
