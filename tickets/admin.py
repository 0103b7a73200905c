"""For operators: look tickets, messages and events up. They are changed on the desk's own pages alone."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from tickets.models import Attachment, EventDelivery, Message, Status, Tag, Ticket, TicketEvent


class LargeTableAdmin(ReadOnlyAdmin):
    # A count of a million rows takes longer than the page.
    show_full_result_count = False
    ordering = ["-pk"]


@admin.register(Ticket)
class TicketAdmin(LargeTableAdmin):
    list_display = ["number", "subject", "status", "team", "assignee", "channel", "updated_at"]
    list_select_related = ["status", "team", "assignee"]
    search_fields = ["=number"]


@admin.register(Message)
class MessageAdmin(LargeTableAdmin):
    list_display = ["pk", "ticket", "visibility", "direction", "channel", "delivery", "is_held", "created_at"]
    list_select_related = ["ticket"]
    list_filter = ["delivery"]
    search_fields = ["=ticket__number", "=source_key"]


@admin.register(Attachment)
class AttachmentAdmin(LargeTableAdmin):
    list_display = ["pk", "ticket", "name", "content_type", "size", "created_at"]
    list_select_related = ["ticket"]
    exclude = ["token", "file"]  # who has these has the file
    search_fields = ["=ticket__number"]


@admin.register(TicketEvent)
class TicketEventAdmin(LargeTableAdmin):
    list_display = ["pk", "ticket", "kind", "actor", "created_at", "processed_at", "attempts", "parked_at"]
    list_select_related = ["ticket", "actor_agent", "actor_customer"]
    search_fields = ["=ticket__number", "=kind"]


@admin.register(EventDelivery)
class EventDeliveryAdmin(LargeTableAdmin):
    list_display = ["event", "reaction", "attempts", "done_at", "error"]
    list_select_related = ["event"]


admin.site.register([Status, Tag], ReadOnlyAdmin)
