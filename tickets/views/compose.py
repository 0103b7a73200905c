"""Reply and note: sent from the ticket's page, with or without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import agent_of
from accounts.models import Agent
from accounts.permissions import Permission
from foundation import uploads
from foundation.errors import HelpdeskError
from tickets import files
from tickets.access import find_ticket, get_ticket
from tickets.errors import FileRefused, NewerActivity
from tickets.forms import NoteForm, ReplyForm, WritingForm
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services import drafts, participants, replies
from tickets.views.answers import SHOWS_TICKET, is_htmx, toast, trigger
from tickets.views.ticket import page


@require_POST
@login_required
@uploads.shows_form_again
def reply(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_REPLY)
    form = ReplyForm(request.POST, ticket=ticket, agent=agent_of(request))
    given = uploads.files_of(request).getlist("files")
    if not form.is_valid():
        return _ask_again(request, form, Draft.Mode.REPLY, {"errors": form.errors}, status=422)
    if uploads.are_refused(request):
        return _ask_for_less(request, form, Draft.Mode.REPLY, uploads.FilesTooLarge())
    if not given and form.promises_a_file():
        return _ask_again(request, form, Draft.Mode.REPLY, {"file_missing": True}, status=409)
    try:
        message = _send(form, given)
    except NewerActivity as stopped:
        return _ask_again(request, form, Draft.Mode.REPLY, {"newer": stopped.events}, status=409)
    except FileRefused as refused:
        return _ask_for_less(request, form, Draft.Mode.REPLY, refused)
    return _sent(request, message)


@transaction.atomic
def _send(form: ReplyForm, new_files: Sequence[UploadedFile]) -> Message:
    given = form.cleaned_data
    message = replies.post_reply(
        ticket=form.ticket,
        author=form.agent,
        html=given["html"],
        attachments=[*given["attachments"], *_store(form, new_files)],
        status=given["status"],
        last_seen_event=given["last_seen_event"],
        client_key=given["client_key"],
        cc=given["cc"],
        bcc=given["bcc"],
    )
    # Who gets a copy may answer it. Whom nobody sees is no part of the conversation.
    participants.add(ticket=form.ticket, addresses=given["cc"], actor=form.agent)
    return message


def _sent(request: HttpRequest, message: Message) -> HttpResponse:
    ticket = message.ticket
    if not is_htmx(request):
        return redirect(f"{ticket.get_absolute_url()}#message-{message.pk}")
    waits = bool(message.send_after and message.send_after > now())
    words = (
        _("Your answer to #%(number)s leaves in a moment.")
        if waits
        else _("Your answer to #%(number)s is sent.")
    )
    undo = reverse("tickets:undo", args=[ticket.number, message.pk]) if waits else ""
    said = toast(words % {"number": ticket.number}, action=_("Undo") if waits else "", action_url=undo)
    return trigger(HttpResponse(), *SHOWS_TICKET, **said)


@require_POST
@login_required
@uploads.shows_form_again
def note(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_NOTE)
    form = NoteForm(request.POST, ticket=ticket, agent=agent_of(request))
    if not form.is_valid():
        return _ask_again(request, form, Draft.Mode.NOTE, {"errors": form.errors}, status=422)
    if uploads.are_refused(request):
        return _ask_for_less(request, form, Draft.Mode.NOTE, uploads.FilesTooLarge())
    try:
        message = _add(form, uploads.files_of(request).getlist("files"))
    except FileRefused as refused:
        return _ask_for_less(request, form, Draft.Mode.NOTE, refused)
    if not is_htmx(request):
        return redirect(f"{ticket.get_absolute_url()}#message-{message.pk}")
    return trigger(HttpResponse(), *SHOWS_TICKET, **toast(_("Note added.")))


@transaction.atomic
def _add(form: NoteForm, new_files: Sequence[UploadedFile]) -> Message:
    return replies.add_note(
        ticket=form.ticket,
        author=form.agent,
        html=form.cleaned_data["html"],
        attachments=[*form.cleaned_data["attachments"], *_store(form, new_files)],
        client_key=form.cleaned_data["client_key"],
    )


def _store(form: WritingForm, new_files: Sequence[UploadedFile]) -> list[Attachment]:
    """Files that came with the form itself, from a browser without scripts."""
    files.check_sizes([(upload.name or "", upload.size or 0) for upload in new_files])
    new = [
        files.NewFile(name=upload.name or "", content=upload.read(), content_type=upload.content_type or "")
        for upload in new_files
    ]
    return files.store(new, ticket=form.ticket, uploaded_by=form.agent)


def _ask_for_less(request: HttpRequest, form: WritingForm, mode: str, refused: HelpdeskError) -> HttpResponse:
    """Too many files, or too large ones: the words stay."""
    form.add_error(None, str(refused))
    return _ask_again(request, form, mode, {"errors": form.errors}, status=refused.status)


def _ask_again(
    request: HttpRequest, form: WritingForm, mode: str, guard: dict[str, Any], *, status: int
) -> HttpResponse:
    """It was not sent: say why, above the button. Nothing that was written is lost."""
    newer = guard.get("newer") or []
    guard |= {"ticket": form.ticket, "newest": newer[-1].pk if newer else 0}
    if is_htmx(request):
        return render(request, "tickets/_guard.html", guard, status=status)
    _keep_as_draft(form, mode)
    ticket = find_ticket(form.agent, form.ticket.number)
    return page(request, ticket, status=status, guard=guard)


def _keep_as_draft(form: WritingForm, mode: str) -> None:
    """Without scripts there is no autosave: what was posted becomes the draft that the page shows again."""
    agent: Agent = form.agent
    ticket: Ticket = form.ticket
    current = Draft.objects.filter(ticket=ticket, agent=agent, mode=mode).first()
    drafts.save(
        ticket=ticket,
        agent=agent,
        mode=mode,
        html=form.cleaned_data.get("html", ""),
        cc=form.data.get("cc", ""),
        bcc=form.data.get("bcc", ""),
        attachments=form.cleaned_data.get("attachments", ()),
        revision=current.revision if current else 0,
    )
