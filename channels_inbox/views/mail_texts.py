"""The pages on which an admin reads and changes what the desk's own mails say."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import agent_of, allow
from accounts.permissions import Permission
from channels_inbox.mail_texts import places, previews, texts, trial_mails
from channels_inbox.mail_texts.catalogue import MAILS, Mail
from channels_inbox.mail_texts.forms import PlaceForm, PreviewForm, WordingForm
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.previews import Preview
from channels_inbox.mail_texts.rendering import Wording
from channels_inbox.mail_texts.trial_mails import TrialRefused
from channels_inbox.models import MailText
from foundation.client_address import client_address

# No script, nothing from elsewhere: the mail's own style and nothing more.
FRAME_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self';"
    " base-uri 'none'; form-action 'none'"
)


@require_safe
@allow(Permission.SETTINGS_MANAGE)
def overview(request: HttpRequest) -> HttpResponse:
    """Every mail, and where it has words of its own."""
    own: dict[str, list[tuple[str, str]]] = {}
    for row in MailText.objects.select_related("brand", "inbox__brand"):
        place = Place(row.inbox.brand if row.inbox else row.brand, row.inbox, row.language)
        own.setdefault(row.kind, []).append((place.words, _address(row.kind, place)))
    mails = [(mail, own.get(mail.key, [])) for mail in MAILS.values()]
    return render(request, "channels_inbox/mail_texts.html", {"mails": mails})


@require_http_methods(["GET", "POST"])
@allow(Permission.SETTINGS_MANAGE)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    mail, place = _named(request, key)
    if request.method != "POST":
        wording, _row = texts.shown(mail, place)
        given = {"subject": wording.subject, "body": wording.body}
        return _page(request, mail, place, WordingForm(mail=mail, initial=given), wording)
    if "reset" in request.POST:
        return _reset(request, mail, place)
    form = WordingForm(request.POST, mail=mail)
    if not form.is_valid():
        return _page(request, mail, place, form, None, status=422)
    if "preview" in request.POST:  # the button without JavaScript
        return _page(request, mail, place, form, form.wording)
    if "send_test" in request.POST:
        return _send_test(request, mail, place, form)
    changed = texts.save(mail, place, form.wording, **_who(request))
    messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
    return redirect(_address(key, place))


def _reset(request: HttpRequest, mail: Mail, place: Place) -> HttpResponse:
    texts.reset(mail, place, **_who(request))
    messages.success(request, _("The default text is back."))
    return redirect(_address(mail.key, place))


def _send_test(request: HttpRequest, mail: Mail, place: Place, form: WordingForm) -> HttpResponse:
    """What stands in the form, saved or not."""
    agent = agent_of(request)
    try:
        trial_mails.send(mail, place, form.wording, to=agent)
    except TrialRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, mail, place, form, form.wording, status=refused.status)
    messages.success(request, _("On its way to %(address)s.") % {"address": agent.email})
    if form.wording != texts.shown(mail, place)[0]:
        messages.info(request, _("What stands here is not saved yet."))
    return _page(request, mail, place, form, form.wording)


def _page(
    request: HttpRequest,
    mail: Mail,
    place: Place,
    form: WordingForm,
    wording: Wording | None,
    *,
    status: int = 200,
) -> HttpResponse:
    choices = PreviewForm(request.GET)
    own = place.own(mail).first()
    context = {
        "mail": mail,
        "place": place,
        "form": form,
        "place_form": PlaceForm.of(mail, place),
        "preview_form": choices,
        "preview": _preview(request, mail, place, wording, choices) if wording else None,
        "own": own,
        "from_elsewhere": None if own else texts.shown(mail, place)[1],
        "broken": own is not None and not texts.is_right(mail, Wording(own.subject, own.body)),
        "may_see_history": agent_of(request).can(Permission.AUDIT_READ),
        "here": _address(mail.key, place),
    }
    return render(request, "channels_inbox/mail_text.html", context, status=status)


def _preview(
    request: HttpRequest, mail: Mail, place: Place, wording: Wording, choices: PreviewForm
) -> Preview | None:
    try:
        return previews.make(
            mail,
            place,
            wording,
            agent=agent_of(request),
            hostile=choices.hostile,
            scheme=choices.shown_scheme,
        )
    except TextRefused:  # a stored text that does not fit any more: the page says so
        return None


@require_POST
@allow(Permission.SETTINGS_MANAGE)
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that follows what is typed."""
    mail, place = _named(request, key)
    form = WordingForm(request.POST, mail=mail)
    made = (
        _preview(request, mail, place, form.wording, PreviewForm(request.POST)) if form.is_valid() else None
    )
    return render(request, "channels_inbox/_mail_preview.html", {"form": form, "preview": made})


@require_safe
@allow(Permission.SETTINGS_MANAGE)
def framed(request: HttpRequest, token: str) -> HttpResponse:
    """The HTML of a preview, for its frame. What was filled in is clean; the policy holds all the same."""
    document = previews.document(token, agent=agent_of(request))
    if document is None:
        raise Http404
    response = HttpResponse(document)
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


def _named(request: HttpRequest, key: str) -> tuple[Mail, Place]:
    mail = MAILS.get(key)
    place = (
        places.find(mail, request.GET.get("place", "")[:40], request.GET.get("language", ""))
        if mail
        else None
    )
    if mail is None or place is None:
        raise Http404
    return mail, place


def _address(key: str, place: Place) -> str:
    named = {name: value for name, value in (("place", place.key), ("language", place.language)) if value}
    return reverse("channels_inbox:mail_text", args=[key]) + (f"?{urlencode(named)}" if named else "")


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": agent_of(request).as_actor, "ip": client_address(request) or None}
