"""For operators: look into the ledger and the outbox, and have something tried again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from channels_inbox import quarantine
from channels_inbox.models import ExternalThread, InboundPayload, Inbox, MailboxPosition, MessageDelivery
from foundation.admin import ReadOnlyAdmin


@admin.register(Inbox)
class InboxAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "address", "brand", "is_active", "last_checked_at", "failing_since")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address")
    exclude = ("credentials", "token", "settings")


@admin.register(InboundPayload)
class InboundPayloadAdmin(ReadOnlyAdmin):
    list_display = ("id", "state", "inbox", "sender", "subject", "received_at", "attempts", "reason")
    list_filter = ("state", "inbox")
    search_fields = ("=rfc_message_id", "=dedup_key", "=sender")
    exclude = ("raw",)
    raw_id_fields = ("ticket", "message")
    show_full_result_count = False
    actions = ("read_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundPayload]:
        return super().get_queryset(request).defer("raw")

    @admin.action(description="Read again", permissions=["view"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[InboundPayload]) -> None:
        count = quarantine.reprocess(queryset, actor=(request.user.pk, str(request.user)))
        self.message_user(request, f"{count} will be read again.", messages.SUCCESS)


@admin.register(MessageDelivery)
class MessageDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "state",
        "kind",
        "inbox",
        "ticket",
        "attempts",
        "next_at",
        "sent_at",
        "provider_reply",
    )
    list_filter = ("state", "kind", "inbox")
    search_fields = ("=rfc_message_id", "=idempotency_key")
    raw_id_fields = ("ticket", "message")
    show_full_result_count = False


@admin.register(ExternalThread)
class ExternalThreadAdmin(ReadOnlyAdmin):
    list_display = ("key", "ticket", "inbox", "created_at")
    search_fields = ("=key",)
    raw_id_fields = ("ticket", "message")
    show_full_result_count = False


@admin.register(MailboxPosition)
class MailboxPositionAdmin(ReadOnlyAdmin):
    list_display = ("inbox", "folder", "uid_validity", "last_uid", "rescanned_at")
