"""How much the files of one request may weigh together: refused while they arrive, before they reach the disk.

The limit is the desk's own setting for the files of one message. Files beyond it are read and thrown away, so the
words that came with them are not lost: a page that knows how shows its form again, all others answer 413.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from foundation import desk
from foundation.errors import HelpdeskError
from foundation.middleware import refusal

# What a form may hold beside its files, in bytes: words, boundaries, headers of parts.
BESIDE_FILES = 8 * 2**20
# What claims to be larger is not even read to save its words.
NOT_EVEN_READ = 2 * 2**30
View = Callable[..., HttpResponse]


class FilesTooLarge(HelpdeskError):
    """All files of a request together are more than the desk takes."""

    status = 413

    def __init__(self) -> None:
        size = desk.settings().max_message_bytes // 2**20
        super().__init__(
            _(
                "All files together are larger than %(size)d MB, the most that one message takes."
                " Choose fewer or smaller ones."
            )
            % {"size": size}
        )


class TooLong(HelpdeskError):
    """A request without files that is longer than any form of the desk."""

    status = 413

    def __init__(self) -> None:
        super().__init__(
            _("This is more than %(size)d MB, and cannot be read.") % {"size": BESIDE_FILES // 2**20}
        )


class WithinLimits(FileUploadHandler):
    """Stands before the handlers that keep files, and lets through no more bytes than one message may have."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.room = desk.settings().max_message_bytes
        if content_length > self.room + BESIDE_FILES:
            self._refuse()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if are_refused(self.request):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.room -= len(raw_data)
        if self.room < 0:
            self._refuse()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _refuse(self) -> None:
        if self.request is not None:
            self.request.files_are_refused = True  # type: ignore[attr-defined]


def are_refused(request: HttpRequest | None) -> bool:
    """Were the files of this request too large? Known once its form has been read."""
    return getattr(request, "files_are_refused", False)


def files_of(request: HttpRequest) -> MultiValueDict[str, Any]:
    """The files of a form: all of them, or none where they were too large together."""
    found = request.FILES  # reads the form
    return MultiValueDict() if are_refused(request) else found


def refuse_too_large(request: HttpRequest) -> None:
    """Raise FilesTooLarge where they were; for code behind pages that are read late, such as the API."""
    if are_refused(request):
        raise FilesTooLarge


def shows_form_again(view: View) -> View:
    """This view looks at `are_refused` itself, and gives people back what they wrote."""
    view.shows_form_again = True  # type: ignore[attr-defined]
    return view


class UploadLimit:
    """Answers 413 for every view that does not show its form again. Stands below the guard against forged forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_given: Any) -> HttpResponse | None:
        if request.method != "POST" or request.content_type != "multipart/form-data":
            return None
        if getattr(view, "csrf_exempt", False):  # these read the request themselves
            return None
        with suppress(UnreadablePostError):
            request.POST  # noqa: B018 (reads the form)
        if are_refused(request) and not getattr(view, "shows_form_again", False):
            return answer(request, FilesTooLarge())
        return None


class NotEvenRead:
    """Turns away what claims to be so large that reading it would fill a worker's time or memory. Stands on top."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        claimed = request.META.get("CONTENT_LENGTH") or "0"
        length = int(claimed) if claimed.isdecimal() and len(claimed) < 20 else 0
        if request.content_type == "multipart/form-data":
            return answer(request, FilesTooLarge()) if length > NOT_EVEN_READ else self.get_response(request)
        most = next(
            (most for prefix, most in settings.LONG_BODIES.items() if request.path.startswith(prefix)),
            BESIDE_FILES,
        )
        return answer(request, TooLong()) if length > most else self.get_response(request)


def answer(request: HttpRequest, refused: HelpdeskError) -> HttpResponse:
    """413 and the sentence, in the shape that the asker understands."""
    sentence = str(refused)
    if "application/json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
        return JsonResponse({"error": sentence}, status=413)
    if request.headers.get("HX-Request") == "true":
        return refusal(sentence, status=413)
    return render(request, "errors/refused.html", {"sentence": sentence, "code": 413}, status=413)
