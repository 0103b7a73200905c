"""For operators: read the audit trail, see what settings and calendars there are. Nothing is changed here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from foundation.models import AuditEntry, Calendar, DeskSetting


class ReadOnlyAdmin(admin.ModelAdmin):
    """Settings are changed on the desk's own pages, which note who did."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "actor_label", "action", "object_type", "object_label", "ip"]
    search_fields = ["actor_label", "action", "object_label"]
    show_full_result_count = False


@admin.register(DeskSetting)
class DeskSettingAdmin(ReadOnlyAdmin):
    list_display = ["key", "value", "updated_at", "updated_by"]


@admin.register(Calendar)
class CalendarAdmin(ReadOnlyAdmin):
    list_display = ["name", "zone", "is_default"]
