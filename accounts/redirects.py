"""Where to go after signing in: only ever to a page of this desk."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def next_page(request: HttpRequest) -> str:
    """The path that `next=` names, or "" where it names none of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # A path of ours begins with exactly one slash: browsers read "//host" and "/\\host" as other sites.
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    printable = wanted.isprintable()
    if is_path and printable and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return ""


def after_sign_in(request: HttpRequest) -> str:
    return next_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
