"""What one can do with a message: read a mail as it was meant, take it back, send it again, let it in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import agent_of
from accounts.permissions import Permission
from foundation import richtext
from foundation.errors import HelpdeskError
from tickets import remote_pictures
from tickets.access import get_message
from tickets.models import Draft
from tickets.services import replies, resending
from tickets.views import files
from tickets.views.answers import SHOWS_TICKET, done, toast

# No script, no connection, nothing from elsewhere: the mail's own looks, and pictures that we serve.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


@require_safe
@login_required
def body(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A mail as it was meant, for the sandboxed frame in the conversation. Pictures from elsewhere when asked for."""
    message = get_message(request, number, pk)
    if not message.html:
        raise Http404
    agent = agent_of(request)
    wished = remote_pictures.is_wished(message, agent, request.GET.get("pictures", ""))
    own = {
        file.content_id.strip("<>"): f"/files/{file.token}/"
        for file in message.attachments.exclude(content_id="")
    }
    mail = richtext.render_mail(
        message.html,
        cid_urls=own,
        remote_url=remote_pictures.addresses_for(message) if wished else None,
    )
    context = {
        "mail": mail,
        "theme": getattr(request, "theme", "system"),
        "wish": remote_pictures.wish(message, agent),
    }
    response = render(request, "tickets/mail_frame.html", context)
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@login_required
def picture(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One picture of that mail, fetched by the desk: the sender does not learn who reads, nor from where."""
    message = get_message(request, number, pk)
    url, proof = request.GET.get("of", ""), request.GET.get("proof", "")
    try:
        found = remote_pictures.fetch(message, agent_of(request), url=url, proof=proof)
    except HelpdeskError:
        raise Http404 from None  # its alternative text stands in its place
    response = HttpResponse(found.content, content_type=found.content_type)
    response["Content-Security-Policy"] = files.SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@login_required
def undo(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take back an answer that has not left; it is a draft again."""
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    replies.undo_send(message=message, actor=agent_of(request))
    back = {
        "desk:undone": {"ticket": number, "mode": Draft.Mode.REPLY, "url": message.ticket.get_absolute_url()}
    }
    said = toast(_("Taken back. It is a draft again."))
    return done(request, message.ticket, stale=SHOWS_TICKET, **back, **said)


@require_POST
@login_required
def send_now(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    replies.send_now(message=message, actor=agent_of(request))
    return done(request, message.ticket, stale=("#timeline",))


@require_POST
@login_required
def retry(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A failed answer leaves once more, perhaps to another address of the customer."""
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    resending.retry_send(message=message, actor=agent_of(request), address=request.POST.get("address", ""))
    return done(request, message.ticket, **toast(_("Sent once more.")))


@require_POST
@login_required
def arrived(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A doubtful answer has arrived: somebody knows."""
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    resending.confirm_sent(message=message, actor=agent_of(request))
    return done(request, message.ticket, **toast(_("Noted: it has arrived.")))


@require_POST
@login_required
def accept(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Let in what somebody wrote who was not part of the ticket."""
    message = get_message(request, number, pk, to=Permission.TICKETS_CHANGE)
    replies.accept_held(message=message, actor=agent_of(request))
    return done(request, message.ticket)
