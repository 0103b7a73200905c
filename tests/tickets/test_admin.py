"""Operators look; nothing of a ticket is changed behind its history."""

import pytest
from django.contrib import admin

from tests.make import make_agent, make_ticket
from tickets import models

pytestmark = pytest.mark.django_db

LISTED = [
    models.Ticket,
    models.Message,
    models.Attachment,
    models.TicketEvent,
    models.EventDelivery,
    models.Status,
    models.Tag,
]


@pytest.mark.parametrize("model", LISTED)
def test_an_operator_may_look_and_search_but_not_change(admin_client_of_the_desk, model):
    make_ticket()
    base = f"/admin/tickets/{model._meta.model_name}/"

    assert admin_client_of_the_desk.get(base).status_code == 200
    assert (
        admin_client_of_the_desk.get(
            base + ("?q=1" if admin.site.get_model_admin(model).search_fields else "")
        ).status_code
        == 200
    )
    assert admin_client_of_the_desk.get(f"{base}add/").status_code == 403


@pytest.fixture
def admin_client_of_the_desk(client):
    client.force_login(make_agent(role="Admin"))
    return client


def test_nobody_else_gets_in(client):
    client.force_login(make_agent(role="Manager"))

    assert client.get("/admin/tickets/ticket/").status_code == 302
