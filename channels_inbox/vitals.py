"""How an inbox is doing, in words: for its card, and for the banner that admins see when one stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, prefetch_related_objects
from django.db.models.query import QuerySet
from django.utils.formats import time_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from channels_inbox import storms
from channels_inbox.calls_in import Refusal
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery, ProviderHook

# An inbox that stands still for so long is everybody's business.
ALARM_AFTER = timedelta(minutes=15)
# A provider that has shut the desk out does not change its mind. Whoever sets an inbox up is given more time.
SIGN_IN_ALARM_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    inbox: Inbox
    tone: str  # "ok", "warn", "bad" or "idle"
    words: str
    more: str = ""
    waiting: int = 0  # to be sent
    held: int = 0  # in quarantine
    undelivered: int = 0  # failed, or nobody knows
    held_back: int = 0  # automatic mails and reopenings, within a day


def vitals_of(inboxes: Iterable[Inbox], *, at: datetime) -> list[Vitals]:
    """The state of these inboxes; five questions to the database, however many there are."""
    listed = list(inboxes)
    prefetch_related_objects(listed, "hook")
    queue = _count(MessageDelivery.objects.filter(state__in=("queued", "retry", "sending")))
    trouble = _count(MessageDelivery.objects.filter(state__in=("failed", "in_doubt")))
    held = _count(InboundPayload.objects.filter(state__in=InboundPayload.HELD))
    still = storms.held_back(at=at)
    return [
        Vitals(
            inbox=inbox,
            tone=tone,
            words=words,
            more=more,
            waiting=queue.get(inbox.pk, 0),
            held=held.get(inbox.pk, 0),
            undelivered=trouble.get(inbox.pk, 0),
            held_back=still.get(inbox.pk, storms.NOTHING).within_a_day,
        )
        for inbox in listed
        for tone, words, more in [_with_storm(_state(inbox, at), still.get(inbox.pk, storms.NOTHING))]
    ]


def _with_storm(state: tuple[str, str, str], still: storms.HeldBack) -> tuple[str, str, str]:
    """A storm is worth a warning where nothing worse is."""
    return ("warn", still.words, still.more) if still.is_storm and state[0] == "ok" else state


def _count(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("inbox").annotate(Count("pk")))


def _state(inbox: Inbox, at: datetime) -> tuple[str, str, str]:
    if not inbox.is_active:
        return "idle", _("Switched off"), _("Nothing is fetched, and nothing leaves.")
    if inbox.sign_in_needed_at:
        since = _("Somebody must sign in at its provider, since %(time)s (%(ago)s)")
        waits = _("Nothing is fetched or sent until then; nothing is lost, it waits.")
        return "bad", since % _moment(inbox.sign_in_needed_at, at), waits
    if inbox.failing_since:
        tone = "bad" if at - inbox.failing_since >= ALARM_AFTER else "warn"
        since = _("Does not work since %(time)s (%(ago)s)") % _moment(inbox.failing_since, at)
        return tone, since, inbox.last_error
    if inbox.send_resumes_at and inbox.send_resumes_at > at:
        pauses = _("Sending pauses until %(time)s") % _moment(inbox.send_resumes_at, at)
        return "warn", pauses, inbox.last_error
    if trouble := _calls_refused(inbox, at):
        return trouble
    if not fetches(inbox):
        return "ok", _("Works"), ""
    if is_stalled(inbox, at):
        return (
            "bad",
            _("Not looked into since %(time)s (%(ago)s)") % _moment(_last_look(inbox), at),
            _("The part of the desk that fetches mail does not run."),
        )
    if inbox.last_checked_at is None:
        return "idle", _("Set up, not looked into yet"), ""
    return "ok", _("Works"), ""


def _calls_refused(inbox: Inbox, at: datetime) -> tuple[str, str, str] | None:
    """What its provider sent last was turned away."""
    hook: ProviderHook | None = getattr(inbox, "hook", None) if inbox.kind == "email" else None
    if hook is None or hook.last_refused_at is None:
        return None
    if hook.last_called_at and hook.last_called_at > hook.last_refused_at:
        return None
    words = _("A call of its provider was refused at %(time)s (%(ago)s)") % _moment(hook.last_refused_at, at)
    reason = Refusal(hook.refusal).label if hook.refusal in Refusal.values else ""
    return "warn", words, str(reason)


def fetches(inbox: Inbox) -> bool:
    """Whether the desk collects this inbox's mail itself."""
    return inbox.kind == "email" and bool(inbox.settings.get("imap_host"))


def is_stalled(inbox: Inbox, at: datetime) -> bool:
    return fetches(inbox) and at - _last_look(inbox) >= ALARM_AFTER


def _last_look(inbox: Inbox) -> datetime:
    return inbox.last_checked_at or inbox.created_at


def _moment(moment: datetime, at: datetime) -> dict[str, str]:
    return {"time": time_format(localtime(moment), "H:i"), "ago": timesince(moment, at)}


def standing_still(at: datetime) -> list[Vitals]:
    """The inboxes for which admins are called."""
    since = at - ALARM_AFTER
    looked = Q(last_checked_at__lt=since) | Q(last_checked_at=None, created_at__lt=since)
    shut_out = Q(sign_in_needed_at__lt=at - SIGN_IN_ALARM_AFTER, grant__isnull=False)
    signed_out = shut_out | Q(sign_in_needed_at__lt=since)
    suspects = Inbox.objects.active().filter(signed_out | Q(failing_since__lt=since) | looked)
    stuck = [
        inbox for inbox in suspects if inbox.sign_in_needed_at or inbox.failing_since or is_stalled(inbox, at)
    ]
    return [
        Vitals(inbox=inbox, tone=tone, words=words, more=more)
        for inbox in stuck
        for tone, words, more in [_state(inbox, at)]
        if tone == "bad"
    ]
