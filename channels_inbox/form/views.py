"""The web form: ask, and be told what happens next. Works without JavaScript."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import portal_sessions
from channels_inbox.form.receive import form_inbox, receive
from channels_inbox.form.request_form import RequestForm
from channels_inbox.form.submission import Submission
from channels_inbox.models import Inbox
from foundation import limits, tokens, uploads
from foundation.client_address import client_address, client_network
from foundation.errors import HelpdeskError
from foundation.tokens import TokenRefused

# So many requests from one network, and in the name of one address, in so many seconds.
PER_NETWORK, PER_ADDRESS, WINDOW = 20, 10, 3600
SENT = "form.sent"
SENT_SHOWN_FOR = 24 * 3600


class TooManyRequests(HelpdeskError):
    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            _("Many requests came from here. Please send this one in %(count)d minutes.") % {"count": minutes}
        )


@never_cache
@require_http_methods(["GET", "POST"])
@uploads.shows_form_again
def new(request: HttpRequest) -> HttpResponse:
    """The form that `?form=` names, or the desk's only one."""
    inbox = form_inbox(request.GET.get("form", "")[:100])
    session = portal_sessions.current(request)
    options = {
        "known": session.customer if session else None,
        "takes_files": inbox.settings.get("allow_files", True),
    }
    if request.method == "GET":
        return _ask(request, inbox, RequestForm(**options))
    form = RequestForm(request.POST, uploads.files_of(request), **options)
    if uploads.are_refused(request):
        form.refuse_files(str(uploads.FilesTooLarge()))
        return _ask(request, inbox, form, status=413)
    if not form.is_valid():
        return _ask(request, inbox, form, status=422)
    submission = _submission(form)
    try:
        _count(request, submission.email)
    except TooManyRequests as refused:
        form.add_error(None, str(refused))
        return _ask(request, inbox, form, status=429)
    number = receive(submission, inbox=inbox, address=client_address(request))
    shown = {"email": submission.email, "number": number}
    return redirect(reverse("form:sent") + "?" + urlencode({"r": tokens.sign(SENT, shown)}))


def _ask(request: HttpRequest, inbox: Inbox, form: RequestForm, status: int = 200) -> HttpResponse:
    form.keep_files()
    context = {"form": form, "inbox": inbox, "brand": inbox.brand}
    return render(request, "portal/new_request.html", context, status=status)


def _submission(form: RequestForm) -> Submission:
    values = form.cleaned_data
    known = form.known
    return Submission(
        key=values["key"],
        email=known.email if known else values["email"],
        name=values.get("name") or (known.name if known else ""),
        subject=values["subject"],
        text=values["text"],
        language=get_language() or "",
        is_proven=known is not None,
        filled_trap=values["second_subject"][:200],
        files=tuple(form.all_files()),
    )


def _count(request: HttpRequest, email: str) -> None:
    counted = [(f"form:address:{email.lower()}", PER_ADDRESS)]
    if network := client_network(request):
        counted.append((f"form:network:{network}", PER_NETWORK))
    for key, limit in counted:
        verdict = limits.hit(key, limit=limit, per=WINDOW)
        if not verdict.allowed:
            raise TooManyRequests(verdict.retry_after)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens next. The reference comes signed, so that nobody is shown a number that is not theirs."""
    try:
        shown = tokens.read(SENT, request.GET.get("r", ""), max_age=SENT_SHOWN_FOR)
    except TokenRefused:
        shown = {"email": "", "number": None}
    return render(request, "portal/sent.html", shown)
