"""Calendars as admins keep them, and what operators see of the foundation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext_lazy

from foundation.errors import HelpdeskError
from foundation.models import AuditEntry, Calendar, DeskSetting

WEEKDAYS = {str(day): [["09:00", "17:00"]] for day in range(5)}


def make_calendar(**fields):
    return Calendar(**{"name": "Support", "zone": "Europe/Berlin", "windows": WEEKDAYS, **fields})


def test_a_calendar_counts_its_hours():
    calendar = make_calendar(holidays=[{"date": "2026-12-25", "name": "Christmas Day"}])
    calendar.clean()

    # Thursday 16:00 in Berlin, over the holiday and the weekend
    due = calendar.working().add(datetime(2026, 12, 24, 15, tzinfo=UTC), 2 * 3600)

    assert due == datetime(2026, 12, 28, 9, tzinfo=UTC)


def test_midnight_may_end_a_day():
    calendar = make_calendar(zone="UTC", windows={"0": [["00:00", "24:00"]]})

    assert (
        calendar.working().between(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))
        == 86_400
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Europe/Atlantis"),
        ("zone", "/etc/passwd"),
        ("windows", {"7": [["09:00", "17:00"]]}),
        ("windows", {"0": [["17:00", "09:00"]]}),
        ("windows", {"0": [["09:00"]]}),
        ("windows", {"0": [["9 o'clock", "17:00"]]}),
        ("windows", {"monday": []}),
        ("windows", []),
        ("holidays", [{"name": "no date"}]),
        ("holidays", [{"date": "25.12.2026"}]),
        ("holidays", ["2026-12-25"]),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_at_its_field(field, value):
    with pytest.raises(ValidationError) as refused:
        make_calendar(**{field: value}).clean()

    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_there_is_at_most_one_default_calendar():
    assert Calendar.objects.default() is None
    first = Calendar.objects.create(name="Support", is_default=True)
    Calendar.objects.create(name="Sales")

    assert Calendar.objects.default() == first
    with pytest.raises(IntegrityError, match="one_default_calendar"):
        Calendar.objects.create(name="Night", is_default=True)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, DeskSetting, Calendar])
def test_operators_look_but_do_not_touch(model, rf):
    page = admin.site.get_model_admin(model)
    request = rf.get("/admin/")

    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


def test_an_error_speaks_the_language_of_whoever_reads_it():
    error = HelpdeskError(gettext_lazy("Monday"))

    with translation.override("de"):
        assert str(error) == "Montag"
    with translation.override("fr"):
        assert str(error) == "lundi"
