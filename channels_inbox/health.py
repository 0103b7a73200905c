"""How an inbox is doing, written down by those who fetch and send: failures in a row, and since when.

Sending has a circuit breaker: after some failures in a row the inbox pauses, and one message a minute is tried.
How it is shown to people stands in `vitals`.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, DateTimeField, F, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Now

from channels_inbox.models import Inbox, ProviderHook

PAUSES_AFTER = 5  # failures in a row
PROBES_EVERY = timedelta(seconds=60)
# Success is written down this seldom: an inbox is busy, and its row is locked by every note.
NOTED_EVERY = timedelta(seconds=15)

_NEVER = Value(None, output_field=DateTimeField())


def fetched(inbox: Inbox) -> None:
    """The mailbox was looked into, and all that was new is stored."""
    due = Q(last_checked_at=None) | Q(last_checked_at__lt=Now() - NOTED_EVERY) | ~Q(fetch_failures=0)
    Inbox.objects.filter(due, pk=inbox.pk).update(
        fetch_failures=0, last_checked_at=Now(), **_well_again(unless=Q(send_failures__gt=0))
    )


def fetch_failed(inbox: Inbox, words: str) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(fetch_failures=F("fetch_failures") + 1, **_unwell(words))


def sent(inbox: Inbox) -> None:
    due = Q(last_sent_at=None) | Q(last_sent_at__lt=Now() - NOTED_EVERY) | ~Q(send_failures=0)
    Inbox.objects.filter(due, pk=inbox.pk).update(
        send_failures=0,
        send_resumes_at=None,
        last_sent_at=Now(),
        **_well_again(unless=Q(fetch_failures__gt=0)),
    )


def send_failed(inbox: Inbox, words: str) -> None:
    """No message of this inbox gets through just now."""
    pauses = Case(When(send_failures__gte=PAUSES_AFTER - 1, then=Now() + PROBES_EVERY), default=_NEVER)
    Inbox.objects.filter(pk=inbox.pk).update(
        send_failures=F("send_failures") + 1, send_resumes_at=pauses, **_unwell(words)
    )


def probe(inbox: Inbox) -> None:
    """A message goes out to try an inbox that pauses: the others wait for what becomes of it."""
    Inbox.objects.filter(pk=inbox.pk, send_failures__gte=PAUSES_AFTER).update(
        send_resumes_at=Now() + PROBES_EVERY
    )


def _unwell(words: str) -> dict[str, object]:
    return {"failing_since": Coalesce("failing_since", Now()), "last_error": words[:1000]}


def _well_again(*, unless: Q) -> dict[str, object]:
    """One half that works does not mend the other."""
    return {
        "failing_since": Case(When(unless, then=F("failing_since")), default=_NEVER),
        "last_error": Case(When(unless, then=F("last_error")), default=Value(""), output_field=TextField()),
    }


# ---- Providers that call the desk


def called(hook: ProviderHook) -> None:
    """A genuine call was stored."""
    due = Q(last_called_at=None) | Q(last_called_at__lt=Now() - NOTED_EVERY)
    due |= Q(last_refused_at__gte=F("last_called_at"))
    ProviderHook.objects.filter(due, pk=hook.pk).update(last_called_at=Now())


def call_refused(hook: ProviderHook, refusal: str) -> None:
    due = Q(last_refused_at=None) | Q(last_refused_at__lt=Now() - NOTED_EVERY) | ~Q(refusal=refusal)
    ProviderHook.objects.filter(due, pk=hook.pk).update(last_refused_at=Now(), refusal=refusal)
