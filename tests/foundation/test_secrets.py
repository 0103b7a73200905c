"""Credentials can be read with a key of the ring, and by nobody else."""

from __future__ import annotations

import pprint

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from foundation import secrets
from foundation.secrets import MASK, EncryptedJSONField, Secrets, masked

CANARY = "canary-7f3a"
OLD, NEW = "an old secret of some length", "a new secret of some length"
pytestmark = pytest.mark.django_db


@pytest.fixture
def Mailbox():
    """A model with a table of its own, for as long as the test runs."""
    with isolate_apps("foundation"):

        class Mailbox(models.Model):
            name = models.CharField(max_length=20, default="support")
            credentials = EncryptedJSONField(default=dict, null=True)

            class Meta:
                app_label = "foundation"

            def __str__(self):
                return self.name

    with connection.schema_editor() as editor:
        editor.create_model(Mailbox)
    return Mailbox


def stored(model, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"select credentials from {model._meta.db_table} where id = %s", [pk])
        return cursor.fetchone()[0]


def test_what_is_stored_does_not_show_the_secret(Mailbox):
    mailbox = Mailbox.objects.create(credentials={"password": CANARY, "nested": {"n": [1, None]}})

    assert CANARY not in stored(Mailbox, mailbox.pk)
    assert "password" not in stored(Mailbox, mailbox.pk)
    assert Mailbox.objects.get().credentials == {"password": CANARY, "nested": {"n": [1, None]}}


def test_secrets_do_not_print_themselves(Mailbox):
    fresh = Mailbox(credentials={"password": CANARY})
    fresh.save()
    read = Mailbox.objects.get().credentials

    for values in (fresh.credentials, read, Secrets({"password": CANARY})):
        prints = (
            repr(values),
            str(values),
            f"{values}",
            "".join([str(values)]),
            pprint.pformat({"x": values}),
        )
        assert [each for each in prints if CANARY in each] == []
    assert repr(read) == "<Secrets: password>"
    assert str(Secrets()) == "<Secrets: none>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        (None, ""),
        ("short", MASK),
        ("fifteen letters", MASK),
        ("a-token-of-24-letters-xyz9", MASK + "xyz9"),
    ],
)
def test_people_see_at_most_the_end_of_a_long_secret(value, shown):
    assert masked(value) == shown


def test_a_dump_stays_encrypted_and_can_be_loaded(Mailbox):
    mailbox = Mailbox.objects.create(credentials={"password": CANARY})
    field = Mailbox._meta.get_field("credentials")

    dumped = field.value_to_string(mailbox)

    assert CANARY not in dumped
    assert field.to_python(dumped) == {"password": CANARY}


def test_none_and_nothing_are_kept_apart(Mailbox):
    none, nothing = Mailbox.objects.create(credentials=None), Mailbox.objects.create()

    none.refresh_from_db()
    nothing.refresh_from_db()

    assert none.credentials is None
    assert nothing.credentials == {}


def test_only_a_dict_can_be_stored(Mailbox):
    with pytest.raises(TypeError, match="holds a dict"):
        Mailbox.objects.create(credentials="password")


def test_a_lost_key_neither_breaks_the_page_nor_loses_what_is_stored(Mailbox, settings):
    settings.SECRET_KEYRING = [OLD]
    mailbox = Mailbox.objects.create(credentials={"password": CANARY})

    settings.SECRET_KEYRING = [NEW]
    locked = Mailbox.objects.get()
    assert locked.credentials == {}
    assert locked.credentials.unreadable
    locked.name = "renamed"
    locked.save()

    settings.SECRET_KEYRING = [OLD]
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.credentials) == ("renamed", {"password": CANARY})


def test_a_new_password_replaces_what_no_key_opens(Mailbox, settings):
    settings.SECRET_KEYRING = [OLD]
    Mailbox.objects.create(credentials={"password": "lost"})
    settings.SECRET_KEYRING = [NEW]
    mailbox = Mailbox.objects.get()

    mailbox.credentials["password"] = CANARY
    mailbox.save()

    assert Mailbox.objects.get().credentials == {"password": CANARY}


def test_rotation_leaves_nothing_for_the_old_key(Mailbox, settings):
    settings.SECRET_KEYRING = [OLD]
    rows = [Mailbox.objects.create(credentials={"n": n}) for n in range(3)]
    settings.SECRET_KEYRING = [NEW, OLD]
    Mailbox.objects.create(credentials={"n": 3})
    Mailbox.objects.create(credentials=None)
    field = Mailbox._meta.get_field("credentials")

    assert secrets.rotate(Mailbox, field) == {"rotated": 3, "current": 1, "unreadable": 0}
    assert secrets.rotate(Mailbox, field) == {"rotated": 0, "current": 4, "unreadable": 0}

    settings.SECRET_KEYRING = [NEW]
    for n, row in enumerate(rows):
        row.refresh_from_db()
        assert row.credentials == {"n": n}


def test_rotation_says_what_it_could_not_open(Mailbox, settings, monkeypatch, capsys):
    settings.SECRET_KEYRING = [OLD]
    Mailbox.objects.create(credentials={"password": CANARY})
    monkeypatch.setattr(
        secrets, "encrypted_fields", lambda: [(Mailbox, Mailbox._meta.get_field("credentials"))]
    )
    settings.SECRET_KEYRING = [NEW]

    with pytest.raises(CommandError, match="opens 1 of the rows"):
        call_command("rotate_secrets")

    assert "0 rotated, 0 current, 1 unreadable" in capsys.readouterr().out


def test_the_command_finds_every_encrypted_field():
    found = {f"{model._meta.label}.{field.name}" for model, field in secrets.encrypted_fields()}

    assert "channels_inbox.Inbox.credentials" in found
