"""The pages that only the demo desk has. On a real desk there is nothing at these addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from helpdesk.views import demo_mail


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, **kwargs)

    return guarded


app_name = "demo"
urlpatterns = [
    path(route, demo_only(view), name=name)
    for route, view, name in (
        ("mail/", demo_mail.home, "mail"),
        ("mail/send/", demo_mail.send, "send"),
        ("mail/sample/", demo_mail.send_sample, "send_sample"),
        ("mail/<str:address>/", demo_mail.mailbox, "mailbox"),
        ("mail/<str:address>/sent/<str:message_id>/", demo_mail.sent, "sent"),
        ("mail/<str:address>/<int:uid>/", demo_mail.read, "letter"),
        ("mail/<str:address>/<int:uid>/body/", demo_mail.body, "body"),
        ("mail/<str:address>/<int:uid>/files/<int:number>/", demo_mail.attachment, "file"),
    )
]
