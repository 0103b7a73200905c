"""Tickets over the API: reads through visible_to, writes through the services. Nothing is decided here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from accounts import customers
from accounts.access import demand
from accounts.api.idempotency import IdempotentPosts
from accounts.api.scopes import HasScope, Scope, token_of
from accounts.models import Agent, Brand
from accounts.permissions import Permission
from foundation import richtext, uploads
from foundation.rest import NewestFirst
from tickets import files
from tickets.access import find_attachment, find_ticket
from tickets.api import serializers
from tickets.api.changes import apply_changes
from tickets.models import Attachment, Message, Ticket
from tickets.services import participants, replies
from tickets.services.conversation import Incoming, receive_message

FILTERS = {
    "status": "status",
    "category": "category",
    "channel": "channel",
    "assignee": "assignee__email",
    "team": "team__name",
    "requester": "requester",
    "updated_since": "updated_at__gte",
}

UPLOAD_SHAPE = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}


class LatestFirst(NewestFirst):
    ordering = ("-updated_at", "-id")


class OldestFirst(NewestFirst):
    ordering = "id"


class TicketViews(
    IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Ticket]
):
    serializer_class = serializers.TicketOut
    permission_classes = [HasScope]
    read_scope, write_scope = Scope.TICKETS_READ, Scope.TICKETS_WRITE
    pagination_class = LatestFirst
    lookup_field, lookup_value_regex = "number", "[0-9]+"
    queryset = Ticket.objects.none()

    @property
    def agent(self) -> Agent:
        return cast(Agent, self.request.user)

    def get_queryset(self) -> QuerySet[Ticket]:
        found = Ticket.objects.visible_to(self.agent).present().select_related("assignee", "team")
        params = self.request.query_params
        wanted = {lookup: params[name] for name, lookup in FILTERS.items() if name in params}
        try:
            return found.filter(**wanted).prefetch_related("tags")
        except (ValueError, DjangoValidationError) as error:
            raise ValidationError({"filter": [str(error)]}) from None

    def ticket(self, *, to: str = "") -> Ticket:
        return find_ticket(self.agent, int(self.kwargs["number"]), to=to)

    @extend_schema(parameters=[OpenApiParameter(name, str) for name in FILTERS])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=serializers.TicketIn, responses={201: serializers.TicketOut})
    def create(self, request: Request) -> Response:
        """Open a ticket in a customer's name, as if they had written."""
        demand(self.agent, Permission.TICKETS_REPLY)
        given = _valid(serializers.TicketIn, request)
        key = _source_key(request)
        if again := Message.objects.filter(source_key=key).select_related("ticket").first():
            return Response(serializers.TicketOut(again.ticket).data, status=201)
        author = customers.identify(**given["requester"])
        incoming = Incoming(
            author=author,
            channel="api",
            source_key=key,
            subject=given["subject"],
            text=given["text"],
            author_name=author.name,
            author_address=given["requester"]["email"],
        )
        brand = Brand.objects.get(is_default=True)
        message = receive_message(incoming=incoming, ticket=None, brand=brand, team=given.get("team"))
        return Response(serializers.TicketOut(message.ticket).data, status=201)

    @extend_schema(request=serializers.TicketChange, responses=serializers.TicketOut)
    def partial_update(self, request: Request, number: str) -> Response:
        ticket = self.ticket()
        given = _valid(serializers.TicketChange, request)
        apply_changes(ticket, given, actor=self.agent)
        return Response(serializers.TicketOut(ticket).data)

    @extend_schema(responses=serializers.MessageOut(many=True))
    @action(detail=True, pagination_class=OldestFirst)
    def messages(self, request: Request, number: str) -> Response:
        """The conversation. Notes are among them only for tokens with the scope notes:read."""
        found = Message.objects.filter(ticket=self.ticket()).for_timeline()
        if Scope.NOTES_READ not in token_of(request).scopes:
            found = found.filter(visibility=Message.Visibility.PUBLIC)
        return self._paged(found, serializers.MessageOut)

    @extend_schema(responses=serializers.EventOut(many=True))
    @action(detail=True, pagination_class=OldestFirst)
    def events(self, request: Request, number: str) -> Response:
        """What happened to the ticket, oldest first."""
        return self._paged(self.ticket().events.for_timeline(), serializers.EventOut)

    @extend_schema(request=serializers.ReplyIn, responses={201: serializers.MessageOut})
    @action(detail=True, methods=["post"])
    def replies(self, request: Request, number: str) -> Response:
        """Answer the customer."""
        ticket = self.ticket(to=Permission.TICKETS_REPLY)
        given = _valid(serializers.ReplyIn, request)
        with transaction.atomic():
            message = replies.post_reply(
                ticket=ticket,
                author=self.agent,
                html=_html(given),
                attachments=self._uploads(ticket, given),
                status=given["status"],
                last_seen_event=given["last_seen_event"],
                client_key=_source_key(request),
                cc=given["cc"],
                bcc=given["bcc"],
            )
            participants.add(ticket=ticket, addresses=given["cc"], actor=self.agent)
        return Response(serializers.MessageOut(message).data, status=201)

    @extend_schema(request=serializers.WritingIn, responses={201: serializers.MessageOut})
    @action(detail=True, methods=["post"])
    def notes(self, request: Request, number: str) -> Response:
        """Write an internal note."""
        ticket = self.ticket(to=Permission.TICKETS_NOTE)
        given = _valid(serializers.WritingIn, request)
        message = replies.add_note(
            ticket=ticket,
            author=self.agent,
            html=_html(given),
            attachments=self._uploads(ticket, given),
            client_key=_source_key(request),
        )
        return Response(serializers.MessageOut(message).data, status=201)

    notes.scope = Scope.NOTES_WRITE  # type: ignore[attr-defined]

    @extend_schema(
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={201: serializers.AttachmentOut(many=True)},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, JSONParser])
    def uploads(self, request: Request, number: str) -> Response:
        """Store files that a following reply or note names by their tokens."""
        ticket = self.ticket(to=Permission.TICKETS_REPLY)
        given = [
            files.NewFile(
                name=upload.name or "", content=upload.read(), content_type=upload.content_type or ""
            )
            for upload in request.FILES.getlist("file")
        ]
        uploads.refuse_too_large(request._request)
        files.check_limits(given)
        stored = files.store(given, ticket=ticket, uploaded_by=self.agent)
        return Response(serializers.AttachmentOut(stored, many=True).data, status=201)

    def _paged(self, found: Any, serializer: type[ModelSerializer[Any]]) -> Response:
        page = self.paginate_queryset(found)
        return self.get_paginated_response(serializer(page, many=True).data)

    def _uploads(self, ticket: Ticket, given: dict[str, Any]) -> Sequence[Attachment]:
        mine = Attachment.objects.filter(
            ticket=ticket, uploaded_by=self.agent, message=None, token__in=given["attachments"]
        )
        found = list(mine)
        if len(found) != len(set(given["attachments"])):
            raise ValidationError(
                {"attachments": ["One of these was never uploaded, or has been used already."]}
            )
        return found


class AttachmentFile(APIView):
    """The bytes of a file."""

    permission_classes = [HasScope]
    read_scope = write_scope = Scope.TICKETS_READ

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> FileResponse:
        attachment = find_attachment(cast(Agent, request.user), token)
        message = attachment.message
        if message and not message.is_public and Scope.NOTES_READ not in token_of(request).scopes:
            raise Http404
        return FileResponse(attachment.file.open(), as_attachment=True, filename=attachment.name)


def _valid(serializer: type[serializers.StrictSerializer], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return cast(dict[str, Any], given.validated_data)


def _html(given: dict[str, Any]) -> str:
    return given["html"] or richtext.from_text(given["text"])


def _source_key(request: Request) -> str:
    """One message per Idempotency-Key, even where the first answer was never written down."""
    key = request.headers.get("Idempotency-Key", "") or secrets.token_hex(16)
    return f"api:{token_of(request).pk}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
