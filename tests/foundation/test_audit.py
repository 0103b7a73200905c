"""The audit trail says who changed what, keeps secrets, and cannot be changed itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy

from foundation import audit
from foundation.models import AuditEntry, Calendar
from foundation.secrets import MASK, Secrets

pytestmark = pytest.mark.django_db
ANA = (7, "Ana")


def test_an_entry_says_who_what_when_and_from_where():
    calendar = Calendar.objects.create(name="Support hours")

    entry = audit.record(
        actor=ANA,
        action="calendar.changed",
        obj=calendar,
        changes={"zone": ["UTC", "Europe/Berlin"]},
        ip="2001:db8::1",
    )

    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_label, entry.ip) == (7, "Ana", "2001:db8::1")
    assert (entry.object_type, entry.object_id, entry.object_label) == (
        "foundation.calendar",
        str(calendar.pk),
        "Support hours",
    )
    assert entry.changes == {"zone": ["UTC", "Europe/Berlin"]}
    assert (datetime.now(UTC) - entry.created_at).total_seconds() < 3600
    assert str(entry) == "calendar.changed by Ana"


def test_the_desk_itself_may_have_done_it():
    assert str(audit.record(actor=None, action="desk.started")) == "desk.started by the desk"


@pytest.mark.parametrize(
    ("field", "before", "after", "shown"),
    [
        ("imap_password", "old", "canary", [MASK, MASK]),
        ("token", "", "canary", ["", MASK]),
        ("API_Key", None, "canary", [None, MASK]),
        ("credentials", {"password": "canary", "user": ""}, {}, [{"password": MASK, "user": ""}, {}]),
        ("login", Secrets(name="canary"), Secrets(), [{"name": MASK}, {}]),
        (
            "settings",
            {"smtp": {"password": "canary", "host": "a"}},
            None,
            [{"smtp": {"password": MASK, "host": "a"}}, None],
        ),
        ("accounts", [{"client_secret": "canary"}], [], [[{"client_secret": MASK}], []]),
    ],
)
def test_secrets_are_masked(field, before, after, shown):
    entry = audit.record(actor=ANA, action="inbox.changed", changes={field: [before, after]})

    entry.refresh_from_db()
    assert entry.changes == {field: shown}


def test_any_value_can_be_noted():
    values = [
        date(2026, 1, 2),
        Decimal("1.5"),
        {1: {2}},
        gettext_lazy("Name"),
        object,
        "x" * 5000,
        True,
        None,
    ]

    entry = audit.record(actor=ANA, action="thing.changed", changes={"value": values})

    entry.refresh_from_db()
    shown = entry.changes["value"]
    assert shown[:4] == ["2026-01-02", "1.5", {"1": [2]}, "Name"]
    assert (len(shown[5]), shown[6], shown[7]) == (2001, True, None)


def test_long_labels_are_cut():
    entry = audit.record(actor=(1, "x" * 500), action="thing.changed")

    assert len(entry.actor_label) == 200


def test_only_what_differs_is_a_change():
    before, after = {"name": "a", "zone": "UTC", "old": 1}, {"name": "b", "zone": "UTC", "new": 2}

    assert audit.changes_between(before, after) == {"name": ["a", "b"], "old": [1, None], "new": [None, 2]}


def test_an_entry_cannot_be_changed():
    entry = audit.record(actor=ANA, action="desk.changed")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(actor_label="Bo")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()

    entry.refresh_from_db()
    assert entry.actor_label == "Ana"


def test_an_entry_of_more_than_a_year_may_be_deleted():
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into foundation_auditentry (actor_label, action, object_type, object_id, object_label, changes,"
            " created_at) values ('', 'desk.changed', '', '', '', '{}', now() - interval '367 days')"
        )

    AuditEntry.objects.all().delete()

    assert not AuditEntry.objects.exists()
