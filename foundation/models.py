"""The desk's own settings, its audit trail, its calendars, and the counters of its limiter."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.calendars import WorkingCalendar


class DeskSetting(models.Model):
    """One setting that an admin changed at run time. What is not here has its default (foundation.desk)."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """Who changed which setting, when, and from where.

    A trigger refuses to change an entry, and to delete one that is younger than a year. The actor is
    an id and a label, not a foreign key: the entry outlives the person's account.
    """

    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    # {"field": [before, after]}; secrets are masked before they get here.
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_of_object"),
            models.Index(fields=["actor_id", "id"], name="audit_of_actor"),
            models.Index(fields=["created_at"], name="audit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_label or 'the desk'}"


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def default(self) -> Calendar | None:
        return self.filter(is_default=True).first()


class Calendar(models.Model):
    """When a team works: hours per weekday in a time zone, and holidays.

    `windows` is {"0": [["09:00", "12:30"], ["13:00", "17:30"]], …} with Monday as "0" and "24:00" for midnight
    at the end of a day. `holidays` is [{"date": "2026-12-25", "name": "Christmas Day"}, …].
    """

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField(max_length=64, default="UTC")
    windows = models.JSONField(default=dict, blank=True)
    holidays = models.JSONField(default=list, blank=True)
    is_default = models.BooleanField(default=False)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_calendar"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.zone not in available_timezones():
            raise ValidationError({"zone": _("There is no time zone of this name.")})
        for field, read in (("windows", self.read_windows), ("holidays", self.read_holidays)):
            try:
                read()
            except (KeyError, TypeError, ValueError, AttributeError):
                raise ValidationError(
                    {field: _("This is not in the form that calendars are kept in.")}
                ) from None
        try:
            self.working()
        except ValueError as error:
            raise ValidationError({"windows": str(error)}) from None

    def read_windows(self) -> dict[int, list[tuple[time, time]]]:
        return {
            int(day): [(_time(start), _time(end)) for start, end in hours]
            for day, hours in self.windows.items()
        }

    def read_holidays(self) -> list[date]:
        return [date.fromisoformat(holiday["date"]) for holiday in self.holidays]

    def working(self) -> WorkingCalendar:
        """The arithmetic of this calendar."""
        return WorkingCalendar(ZoneInfo(self.zone), self.read_windows(), self.read_holidays())


def _time(text: Any) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


class RateBucket(models.Model):
    """How often something happened in this window of time and in the one before (foundation.limits)."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest: keys often name people
    slot = models.BigIntegerField()  # which window of time, counted since 1970
    current = models.IntegerField()
    previous = models.IntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
