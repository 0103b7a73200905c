"""What an admin changes at run time, and the note of who did."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import desk
from foundation.desk import SettingRefused
from foundation.models import AuditEntry, DeskSetting

pytestmark = pytest.mark.django_db
ANA = (7, "Ana")


def test_a_new_desk_has_its_defaults(settings):
    settings.SITE_URL = "https://help.example.com"

    found = desk.settings()

    assert (found.name, found.language, found.time_zone, found.theme) == ("Help desk", "en", "UTC", "system")
    assert (found.undo_send_seconds, found.max_files) == (10, 20)
    assert (found.max_file_bytes, found.max_message_bytes) == (25 * 2**20, 50 * 2**20)
    assert found.portal_url == "https://help.example.com"


def test_a_change_is_seen_at_once_and_noted():
    desk.settings()

    after = desk.change(ANA, ip="192.0.2.7", name="  Northwind\u202e ", undo_send_seconds=0)

    assert after == desk.settings()
    assert (after.name, after.undo_send_seconds) == ("Northwind", 0)
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.actor_label, entry.action, entry.ip) == (
        7,
        "Ana",
        "desk.changed",
        "192.0.2.7",
    )
    assert entry.changes == {"name": ["Help desk", "Northwind"], "undo_send_seconds": [10, 0]}
    assert DeskSetting.objects.get(key="name").updated_by == "Ana"


def test_what_stays_as_it_is_is_not_noted():
    desk.change(ANA, name="Northwind")
    desk.change(ANA, name="Northwind", max_files=20)

    assert AuditEntry.objects.count() == 1
    assert [row.key for row in DeskSetting.objects.all()] == ["name"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "\u200b \r\n"),
        ("name", "x" * 81),
        ("language", "tlh"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("theme", "neon"),
        ("undo_send_seconds", -1),
        ("undo_send_seconds", 61),
        ("undo_send_seconds", True),
        ("undo_send_seconds", "10"),
        ("max_file_bytes", 0),
        ("max_files", 101),
    ],
)
def test_a_value_the_desk_cannot_have_is_refused_with_a_reason(name, value):
    with pytest.raises(SettingRefused) as refused:
        desk.change(ANA, max_message_bytes=2**20, **{name: value})

    assert refused.value.name == name
    assert str(refused.value)
    assert not DeskSetting.objects.exists()


@pytest.mark.parametrize("name", ["portal_url", "secret_key", "pk"])
def test_only_settings_can_be_set(name):
    with pytest.raises(TypeError, match="no setting"):
        desk.change(ANA, **{name: "https://evil.test"})


def test_a_stray_row_does_no_harm():
    DeskSetting.objects.create(key="portal_url", value="https://evil.test")
    DeskSetting.objects.create(key="of_an_older_release", value=1)

    assert desk.settings().portal_url != "https://evil.test"


def test_reading_costs_one_query_every_few_seconds(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(desk.time, "monotonic", lambda: now[0])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _n in range(10):
            desk.settings()
    assert len(queries) == 1

    DeskSetting.objects.create(key="name", value="changed by another process")
    assert desk.settings().name == "Help desk"
    now[0] += desk.FRESH_FOR
    assert desk.settings().name == "changed by another process"


def test_a_change_that_is_rolled_back_is_not_kept():
    with transaction.atomic():
        desk.change(ANA, name="Never")
        transaction.set_rollback(True)

    assert desk.settings().name == "Help desk"
