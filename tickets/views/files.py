"""Files of tickets: only to who may read the message they came with, and never as anything a browser would run."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts import portal_sessions
from accounts.access import agent_of
from tickets import portal
from tickets.access import find_attachment
from tickets.files import SHOWN_INLINE, UNKNOWN_TYPE

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The bytes, for an agent or for the customer whose request it is.

    Pictures and plain text show in place; all else is a download of no particular kind.
    """
    if request.user.is_authenticated:
        attachment = find_attachment(agent_of(request), token)
    elif session := portal_sessions.current(request):
        attachment = portal.find_file(session, token)
    else:
        return redirect_to_login(request.get_full_path())
    in_place = attachment.content_type in SHOWN_INLINE and "download" not in request.GET
    shown_as = attachment.content_type if attachment.content_type in SHOWN_INLINE else UNKNOWN_TYPE
    try:
        content = attachment.file.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=not in_place,
        filename=attachment.name,
        content_type=f"{shown_as}; charset=utf-8" if shown_as == "text/plain" else shown_as,
    )
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
