"""The first minutes of a real desk: one command makes an admin, who can set everything up."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from accounts.models import Agent, Brand, Role
from accounts.permissions import STOCK_ROLES
from tickets.models import Category, Status

pytestmark = pytest.mark.django_db
PASSWORD = "four random words here"


@pytest.fixture
def admin(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser", "--noinput", "--email", "Ada@Example.com", "--name", "Ada Nyberg", verbosity=0
    )
    return Agent.objects.get()


def test_a_new_desk_has_what_it_needs_to_begin():
    assert set(Role.objects.values_list("name", flat=True)) == set(STOCK_ROLES)
    assert set(Status.objects.values_list("category", flat=True)) == set(Category.values)
    assert Brand.objects.get().is_default


def test_the_first_admin_signs_in_and_sets_up_a_mailbox(admin, client):
    signed_in = client.post("/login/", {"email": "ada@example.com", "password": PASSWORD})

    assert signed_in.status_code == 302
    assert client.get("/settings/").status_code == 200
    assert client.get("/settings/channels/new/email/").status_code == 200
    assert "No channel yet" in client.get("/settings/channels/").text


def test_the_first_admin_may_everything(admin):
    assert admin.permissions == frozenset(STOCK_ROLES["Admin"])
    assert admin.email == "ada@example.com"
