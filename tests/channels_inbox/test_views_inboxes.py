"""Setting up inboxes: what is stored, what is noted, and that a password goes in but never comes out."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from channels_inbox.email.forms import EmailSettingsForm
from channels_inbox.form.forms import FormSettingsForm
from channels_inbox.models import Inbox, MailboxPosition
from foundation.models import AuditEntry
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_brand, make_inbox, make_team

pytestmark = pytest.mark.django_db
CANARY = "canary-in-a-coal-mine-7781"


@pytest.fixture
def admin(client):
    agent = make_agent(role="Admin", email="ada@desk.test", name="Ada Nyberg")
    client.force_login(agent)
    return agent


def filled_in(**changed):
    """The form of a mailbox, as a browser sends it."""
    values = {
        "name": "Support",
        "address": "support@desk.test",
        "aliases": "",
        "brand": make_brand().pk,
        "team": "",
        "acknowledge": "on",
        "signature": "",
        "quote_history": "on",
        "imap_host": "imap.example.com",
        "imap_port": 993,
        "imap_security": "tls",
        "imap_user": "support@desk.test",
        "imap_password": CANARY,
        "imap_folders": "INBOX, Orders",
        "import_days": 3,
        "after_fetch": "leave",
        "move_to": "",
        "authserv_id": "",
        "smtp_host": "smtp.example.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "smtp_user": "support@desk.test",
        "smtp_password": CANARY,
    }
    return values | changed


def add(client, **changed):
    return client.post(reverse("channels_inbox:add_inbox", args=["email"]), filled_in(**changed))


@pytest.fixture
def inbox(client, admin):
    add(client)
    return Inbox.objects.get()


def edit(client, inbox, **changed):
    return client.post(reverse("channels_inbox:inbox", args=[inbox.pk]), filled_in(**changed))


def test_a_mailbox_is_added(client, admin):
    team = make_team("Billing")

    answer = add(client, team=team.pk, aliases="Help@desk.test\nbilling@desk.test")

    inbox = Inbox.objects.get()
    assert answer.status_code == 302
    assert (inbox.team, inbox.aliases) == (team, ["help@desk.test", "billing@desk.test"])
    assert inbox.settings["imap_folders"] == ["INBOX", "Orders"]
    assert inbox.credentials["imap_password"] == CANARY


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(client, admin):
    answer = add(client, imap_host="https://imap.example.com/", address="not an address")

    assert answer.status_code == 422
    assert "Error:" in answer.text
    assert "Only the name of the server" in answer.text
    assert "https://imap.example.com/" in answer.text
    assert not Inbox.objects.exists()


@pytest.mark.parametrize("taken", ["support@desk.test", "help@desk.test"])
def test_two_inboxes_never_share_an_address(client, admin, taken):
    make_inbox(address="support@desk.test", aliases=["help@desk.test"], name="The first")

    answer = add(client, address="other@desk.test", aliases=taken)

    assert answer.status_code == 422
    assert "“The first” has this address already." in answer.text


# ---- Secrets


def test_a_password_never_comes_out_again(client, inbox, caplog):
    pages = [
        client.get(reverse("channels_inbox:inbox", args=[inbox.pk])),
        edit(client, inbox, name=""),
        client.get(reverse("channels_inbox:inboxes")),
        client.get(reverse("settings:audit")),
        edit(client, inbox, test="1", imap_host="nowhere.invalid", smtp_host=""),
    ]

    assert [page.status_code for page in pages] == [200, 422, 200, 200, 200]
    assert all(CANARY not in page.text for page in pages)
    assert CANARY not in caplog.text
    assert all(CANARY not in str(entry.changes) for entry in AuditEntry.objects.all())


def test_nothing_readable_lies_in_the_database(inbox):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM channels_inbox_inbox")
        (stored,) = cursor.fetchone()

    assert CANARY not in stored


def test_an_empty_password_keeps_the_stored_one(client, inbox):
    edit(client, inbox, imap_password="", smtp_password="", name="Help")

    inbox.refresh_from_db()
    assert (inbox.name, inbox.credentials["imap_password"]) == ("Help", CANARY)


@pytest.mark.parametrize(
    "changed", [{"imap_host": "evil.example.com"}, {"imap_security": "none"}, {"imap_port": 143}]
)
def test_a_stored_password_is_never_told_to_another_server(client, inbox, changed):
    saved = edit(client, inbox, imap_password="", **changed)
    tried = edit(client, inbox, imap_password="", test="1", **changed)

    assert saved.status_code == 422
    assert "type the password again" in saved.text
    assert "type the password again" in tried.text
    inbox.refresh_from_db()
    assert inbox.settings["imap_host"] == "imap.example.com"


# ---- What is noted


def test_every_change_is_noted_with_before_and_after(client, admin, inbox):
    edit(client, inbox, name="Help", imap_password="another one")

    entry = AuditEntry.objects.filter(action="inbox.changed").get()
    assert (entry.actor_label, entry.object_label) == ("Ada Nyberg", "Help")
    assert entry.changes["name"] == ["Support", "Help"]
    before, after = entry.changes["imap_password"]
    assert before
    assert after
    assert "another one" not in str(entry.changes)


def test_saving_without_a_change_notes_nothing(client, inbox):
    edit(client, inbox, imap_password="", smtp_password="")

    assert not AuditEntry.objects.filter(action="inbox.changed").exists()


def test_an_inbox_is_switched_off_and_on_but_never_deleted(client, inbox):
    address = reverse("channels_inbox:switch_inbox", args=[inbox.pk])

    client.post(address, {"on": "0"})
    assert not Inbox.objects.get().is_active
    client.post(address, {"on": "1"})
    assert Inbox.objects.get().is_active

    assert list(
        AuditEntry.objects.filter(action__startswith="inbox.").order_by("pk").values_list("action", flat=True)
    ) == ["inbox.added", "inbox.disabled", "inbox.enabled"]


def test_the_page_says_what_came_through_it_and_who_changed_it(client, inbox):
    receive(inbox, make_mail())

    page = client.get(reverse("channels_inbox:inbox", args=[inbox.pk]))

    assert "1 message came or left through it." in page.text
    assert f"?about=channels_inbox.inbox:{inbox.pk}" in page.text


def test_another_server_begins_anew(client, inbox):
    MailboxPosition.objects.create(inbox=inbox, folder="INBOX", uid_validity=1, last_uid=40)
    Inbox.objects.update(
        fetch_failures=3, last_error="The server is gone.", failing_since="2026-11-01T10:00:00Z"
    )

    edit(client, inbox, imap_host="imap2.example.com")

    inbox.refresh_from_db()
    assert (inbox.fetch_failures, inbox.last_error, inbox.failing_since) == (0, "", None)
    assert not inbox.positions.exists()


def test_another_name_changes_nothing_about_fetching(client, inbox):
    MailboxPosition.objects.create(inbox=inbox, folder="INBOX", uid_validity=1, last_uid=40)
    Inbox.objects.update(last_error="The server is gone.")

    edit(client, inbox, name="Help", imap_password="", smtp_password="")

    inbox.refresh_from_db()
    assert inbox.last_error == "The server is gone."
    assert inbox.positions.count() == 1


# ---- The web form


def test_a_brand_has_one_web_form(client, admin):
    values = {"name": "Form", "brand": make_brand().pk, "team": "", "title": "Hello", "intro": ""}
    address = reverse("channels_inbox:add_inbox", args=["form"])

    assert client.post(address, values).status_code == 302
    assert client.post(address, values).status_code == 422
    assert (Inbox.objects.get().address, Inbox.objects.get().settings["title"]) == ("form:northwind", "Hello")


def test_every_setting_of_a_channel_stands_on_its_page(client, admin, inbox):
    form = make_inbox(kind="form", address="form:northwind", name="Form")

    for each, settings_form in ((inbox, EmailSettingsForm), (form, FormSettingsForm)):
        page = client.get(reverse("channels_inbox:inbox", args=[each.pk]))
        missing = [name for name in settings_form().fields if f'name="{name}"' not in page.text]
        assert missing == []


def test_there_are_no_other_channels_to_add(client, admin):
    assert client.get(reverse("channels_inbox:add_inbox", args=["pigeon"])).status_code == 404


# ---- The test, from the page


def begin(client, **changed):
    return client.post(
        reverse("channels_inbox:begin_trial"), filled_in(**changed), headers={"HX-Request": "true"}
    )


def look_until_over(client, answer):
    while "hx-get" in answer.text:
        key = answer.text.split("/settings/channels/test/")[1].split("/")[0]
        answer = client.get(reverse("channels_inbox:trial", args=[key]))
    return answer


def test_what_is_not_saved_can_be_tried(client, admin):
    answer = look_until_over(client, begin(client, imap_host="nowhere.invalid", smtp_host=""))

    assert "Find nowhere.invalid" in answer.text
    assert "There is no server of this name" in answer.text
    assert not Inbox.objects.exists()


def test_a_mailbox_that_works_is_said_to_work(client, admin, make_mailbox):
    mailbox = make_mailbox()
    values = mailbox.settings | mailbox.credentials | {"address": mailbox.address, "imap_folders": "INBOX"}

    answer = look_until_over(client, begin(client, send_to_me="1", **values))

    assert "All of it works." in answer.text
    assert "Send a mail to ada@desk.test" in answer.text


def test_stored_passwords_serve_the_test(client, admin, make_mailbox):
    mailbox = make_mailbox()
    values = mailbox.settings | {"imap_password": "", "smtp_password": "", "imap_folders": "INBOX"}

    answer = look_until_over(client, begin(client, inbox=mailbox.pk, address=mailbox.address, **values))

    assert "All of it works." in answer.text
    assert mailbox.credentials["imap_password"] not in answer.text


def test_without_javascript_the_page_comes_back_with_the_steps(client, admin):
    answer = add(client, test="1", imap_host="nowhere.invalid", smtp_host="")

    assert answer.status_code == 200
    assert "Find nowhere.invalid" in answer.text
    assert 'value="nowhere.invalid"' in answer.text


def test_a_test_is_shown_to_whoever_began_it(client, admin):
    answer = begin(client, imap_host="nowhere.invalid", smtp_host="")
    key = answer.text.split("/settings/channels/test/")[1].split("/")[0]
    look_until_over(client, answer)
    client.force_login(make_agent(role="Admin"))

    assert client.get(reverse("channels_inbox:trial", args=[key])).status_code == 404


def test_what_is_kept_of_a_test_holds_no_password(client, admin, monkeypatch):
    kept = []
    monkeypatch.setattr(cache, "set", lambda *what, **how: kept.append(what))

    begin(client, imap_host="nowhere.invalid", smtp_host="")

    assert kept
    assert CANARY not in str(kept)


def test_many_tests_have_to_wait(client, admin, monkeypatch):
    monkeypatch.setattr("channels_inbox.trials.MOST", 1)
    look_until_over(client, begin(client, imap_host="nowhere.invalid", smtp_host=""))

    assert "That were many tests" in begin(client, imap_host="nowhere.invalid", smtp_host="").text


def test_nothing_to_try_is_said(client, admin):
    assert "Name a server first." in begin(client, imap_host="", smtp_host="").text
    assert "Port: " in begin(client, imap_port="many").text
    assert "address first" in begin(client, address="").text
