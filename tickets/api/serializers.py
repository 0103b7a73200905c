"""Tickets, messages and their history as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.urls import reverse
from rest_framework import serializers

from accounts.models import Agent, Team
from foundation.rest import StrictSerializer
from tickets import recipients
from tickets.models import Attachment, Message, Priority, Status, Ticket, TicketEvent


class TicketOut(serializers.ModelSerializer[Ticket]):
    status = serializers.CharField(source="status_id")
    requester = serializers.IntegerField(source="requester_id")
    assignee = serializers.EmailField(source="assignee.email", default=None)
    team = serializers.CharField(source="team.name", default=None)
    brand = serializers.IntegerField(source="brand_id")
    priority = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            "number",
            "subject",
            "status",
            "category",
            "priority",
            "type",
            "channel",
            "requester",
            "assignee",
            "team",
            "brand",
            "tags",
            "version",
            "created_at",
            "updated_at",
            "waiting_since",
            "first_replied_at",
            "solved_at",
        ]
        read_only_fields = fields

    def get_priority(self, ticket: Ticket) -> str:
        return Priority(ticket.priority).name.lower()

    def get_tags(self, ticket: Ticket) -> list[str]:
        return [tag.name for tag in ticket.tags.all()]


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["token", "name", "content_type", "size", "is_inline", "url"]
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str:
        return reverse("api-attachment", args=[attachment.token])


class MessageOut(serializers.ModelSerializer[Message]):
    author = serializers.SerializerMethodField()
    attachments = AttachmentOut(many=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "visibility",
            "direction",
            "channel",
            "author",
            "recipients",
            "text",
            "html",
            "quoted_text",
            "automatic",
            "is_held",
            "delivery",
            "delivery_note",
            "attachments",
            "created_at",
            "sent_at",
        ]
        read_only_fields = fields

    def get_author(self, message: Message) -> dict[str, Any]:
        kind = "agent" if message.author_agent_id else "customer" if message.author_customer_id else "desk"
        return {
            "kind": kind,
            "id": message.author_agent_id or message.author_customer_id,
            "name": message.author_name,
            "address": message.author_address,
        }


class EventOut(serializers.ModelSerializer[TicketEvent]):
    actor = serializers.SerializerMethodField()

    class Meta:
        model = TicketEvent
        fields = ["id", "kind", "actor", "changes", "message", "created_at"]
        read_only_fields = fields

    def get_actor(self, event: TicketEvent) -> str:
        return str(event.actor)


class RequesterIn(StrictSerializer):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=160, required=False, default="")


class TicketIn(StrictSerializer):
    requester = RequesterIn()
    subject = serializers.CharField(max_length=250)
    text = serializers.CharField(max_length=200_000)
    team = serializers.SlugRelatedField("name", queryset=Team.objects.all(), required=False, allow_null=True)


class TicketChange(StrictSerializer):
    """What may be changed, each field by its own verb. `version` refuses the change if somebody was faster."""

    version = serializers.IntegerField(required=False)
    subject = serializers.CharField(max_length=250, required=False)
    status = serializers.SlugRelatedField(
        "key", queryset=Status.objects.filter(is_active=True), required=False
    )
    priority = serializers.ChoiceField([priority.name.lower() for priority in Priority], required=False)
    assignee = serializers.SlugRelatedField(
        "email", queryset=Agent.objects.filter(is_active=True), required=False, allow_null=True
    )
    team = serializers.SlugRelatedField("name", queryset=Team.objects.all(), required=False, allow_null=True)
    add_tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    remove_tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False)


class WritingIn(StrictSerializer):
    """A reply or a note: HTML, or plain text."""

    html = serializers.CharField(max_length=500_000, required=False, default="")
    text = serializers.CharField(max_length=200_000, required=False, default="")
    attachments = serializers.ListField(
        child=serializers.CharField(max_length=43), required=False, default=list
    )


class CopiesField(serializers.ListField):
    """Addresses of people who get a copy."""

    child = serializers.CharField(max_length=254)

    def to_internal_value(self, data: Any) -> list[str]:
        try:
            return recipients.checked(super().to_internal_value(data))
        except DjangoValidationError as wrong:
            raise serializers.ValidationError(wrong.messages) from None


class ReplyIn(WritingIn):
    """`cc` take part in the ticket from then on; `bcc` get it without anybody else learning of them."""

    cc = CopiesField(required=False, default=list)
    bcc = CopiesField(required=False, default=list)
    status = serializers.SlugField(required=False, default="")
    last_seen_event = serializers.IntegerField(required=False, default=None)
