"""The pages on which admins set up inboxes and see how each one is doing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import agent_of, allow
from accounts.permissions import Permission
from channels_inbox import inboxes, trials, vitals
from channels_inbox.email.oauth.connecting import sign_in_of
from channels_inbox.forms import FormInboxForm, InboxForm
from channels_inbox.mail_texts.catalogue import ACKNOWLEDGEMENT
from channels_inbox.models import Inbox
from channels_inbox.registry import ADAPTERS
from channels_inbox.settings_form import ChannelSettingsForm
from foundation import alarms
from foundation.client_address import client_address

COUNTED = 1000
# The form of what every inbox has, where a channel's own differs from that of mail.
OWN_FORMS: dict[str, type[InboxForm]] = {"form": FormInboxForm}
# The channel whose settings can be tried before they are saved.
TRIED = "email"


def kinds() -> dict[str, str]:
    """The channels whose inboxes can be set up on these pages, by name: those that have a form."""
    return {kind: _(adapter.label) for kind, adapter in ADAPTERS.items() if adapter.settings_form}


@require_safe
@allow(Permission.INBOXES_MANAGE)
def overview(request: HttpRequest) -> HttpResponse:
    listed = Inbox.objects.select_related("brand", "team")
    context = {"vitals": vitals.vitals_of(listed, at=now()), "kinds": kinds()}
    part = "channels_inbox/_inbox_cards.html" if request.htmx else "channels_inbox/inboxes.html"  # type: ignore[attr-defined]
    return render(request, part, context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@allow(Permission.INBOXES_MANAGE)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in kinds():
        raise Http404
    return _edit(request, Inbox(kind=kind))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@allow(Permission.INBOXES_MANAGE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Inbox, pk=pk, kind__in=kinds()))


def _edit(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    own, channel = _forms(request, inbox)
    if request.method != "POST":
        return _page(request, inbox, own, channel)
    is_right = all([own.is_valid(), channel.is_valid()])
    if "test" in request.POST:  # the button without JavaScript
        trial = trials.run_now(
            channel,
            sender=request.POST.get("address", ""),
            send_to=_send_to(request),
            inbox_pk=inbox.pk,
        )
        return _page(request, _as_stored(inbox), own, channel, trial=trial)
    if not is_right:
        return _page(request, _as_stored(inbox), own, channel, status=422)
    saved = inboxes.save(
        _as_stored(inbox),
        values=own.values,
        settings=channel.settings,
        credentials=channel.credentials,
        actor=agent_of(request).as_actor,
        ip=client_address(request) or None,
    )
    alarms.forget()
    sentence = _("“%(name)s” is saved.")
    if saved.sign_in_needed_at:
        sentence = _("“%(name)s” is saved. Now connect it with its provider.")
    messages.success(request, sentence % {"name": saved.name})
    return redirect("channels_inbox:inbox", saved.pk)


def _forms(request: HttpRequest, inbox: Inbox) -> tuple[Any, ChannelSettingsForm]:
    data = request.POST if request.method == "POST" else None
    settings_form = ADAPTERS[inbox.kind].settings_form
    assert settings_form is not None
    own = OWN_FORMS.get(inbox.kind, InboxForm)(data, instance=inbox)
    return own, settings_form(data, settings=inbox.settings, credentials=inbox.credentials)


def _as_stored(inbox: Inbox) -> Inbox:
    """The inbox without what a form has put into it: a service decides what is written."""
    return Inbox.objects.get(pk=inbox.pk) if inbox.pk else Inbox(kind=inbox.kind)


def _page(
    request: HttpRequest, inbox: Inbox, own: Any, channel: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "inbox": inbox,
        "kind": kinds()[inbox.kind],
        "can_be_tried": inbox.kind == TRIED,
        "settings_template": select_template(
            [f"channels_inbox/{inbox.kind}/_settings.html", "channels_inbox/_settings.html"]
        ),
        "own": own,
        "channel": channel,
        "has_errors": status == 422,
        "vitals": vitals.vitals_of([inbox], at=now())[0] if inbox.pk else None,
        "used_by": _used_by(inbox) if inbox.pk else "",
        "may_see_history": agent_of(request).can(Permission.AUDIT_READ),
        "sign_in": sign_in_of(_as_stored(inbox)) if inbox.pk else None,
        "mail_texts_url": _mail_texts(request, inbox),
        **more,
    }
    return render(request, "channels_inbox/inbox.html", context, status=status)


def _mail_texts(request: HttpRequest, inbox: Inbox) -> str:
    """Where the words of its confirmation are changed, for whoever may."""
    if not inbox.pk or not agent_of(request).can(Permission.SETTINGS_MANAGE):
        return ""
    return reverse("channels_inbox:mail_text", args=[ACKNOWLEDGEMENT]) + f"?place=inbox:{inbox.pk}"


def _used_by(inbox: Inbox) -> str:
    """Why it cannot simply go: what came and left through it."""
    count = (
        inbox.payloads.order_by()[: COUNTED + 1].count() + inbox.deliveries.order_by()[: COUNTED + 1].count()
    )
    if count > COUNTED:
        return _("More than %(count)d messages came or left through it.") % {"count": COUNTED}
    sentence = ngettext(
        "%(count)d message came or left through it.", "%(count)d messages came or left through it.", count
    )
    return sentence % {"count": count}


def _send_to(request: HttpRequest) -> str:
    return agent_of(request).email if request.POST.get("send_to_me") else ""


@require_POST
@allow(Permission.INBOXES_MANAGE)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    inbox = get_object_or_404(Inbox, pk=pk)
    on = request.POST.get("on") == "1"
    inboxes.switch(inbox, on=on, actor=agent_of(request).as_actor, ip=client_address(request) or None)
    alarms.forget()
    sentence = (
        _("“%(name)s” works again.") if on else _("“%(name)s” is switched off. Nothing is fetched or sent.")
    )
    messages.success(request, sentence % {"name": inbox.name})
    return redirect("channels_inbox:inboxes")


# ---- The test, as JavaScript asks for it: begun once, then looked at


@sensitive_post_parameters()
@require_POST
@allow(Permission.INBOXES_MANAGE)
def begin_trial(request: HttpRequest) -> HttpResponse:
    """Test what stands in the form, saved or not. `inbox` names the stored one, whose passwords may be used."""
    pk = request.POST.get("inbox", "")
    inbox = get_object_or_404(Inbox, pk=int(pk), kind=TRIED) if pk.isdecimal() else Inbox(kind=TRIED)
    _own, channel = _forms(request, inbox)
    trial = trials.begin(
        channel,
        agent=agent_of(request),
        sender=request.POST.get("address", ""),
        send_to=_send_to(request),
        inbox_pk=inbox.pk,
    )
    return render(request, "channels_inbox/_trial.html", {"trial": trial})


@require_safe
@allow(Permission.INBOXES_MANAGE)
def trial(request: HttpRequest, key: str) -> HttpResponse:
    """How far the test has come."""
    found = trials.look_at(key, agent=agent_of(request))
    if found is None:
        raise Http404
    return render(request, "channels_inbox/_trial.html", {"trial": found})
