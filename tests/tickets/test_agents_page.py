"""Settings › Agents: letting somebody go, what becomes of their tickets, and taking them back."""

from __future__ import annotations

import pytest

from accounts import agents, api_tokens
from accounts.models import Agent
from channels_inbox.models import MessageDelivery
from foundation.models import AuditEntry
from tests.make import PASSWORD, make_agent, make_inbox, make_ticket
from tickets import dispatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client) -> Agent:
    admin = make_agent(role="Admin", name="Ada")
    client.force_login(admin)
    return admin


@pytest.fixture
def leaving() -> Agent:
    return make_agent(name="Grace Hopper", email="grace@desk.test")


def let_go(client, agent, tickets="nobody"):
    return client.post(f"/settings/agents/{agent.pk}/let-go/", {"tickets": tickets})


def test_everybody_who_works_here_is_listed_with_what_they_have(
    client, admin, leaving, django_assert_max_num_queries
):
    make_ticket(assignee=leaving)
    make_ticket(assignee=leaving, status="solved")

    with django_assert_max_num_queries(12):
        page = client.get("/settings/agents/").content.decode()

    assert "Grace Hopper" in page
    assert 'data-label="Open tickets">1<' in page
    assert f"/settings/agents/{admin.pk}/let-go/" not in page


def test_the_page_says_what_will_happen(client, admin, leaving):
    make_ticket(assignee=leaving)
    api_tokens.issue(agent=leaving, name="Nightly export", scopes=[])

    page = client.get(f"/settings/agents/{leaving.pk}/let-go/").content.decode()

    assert "They have one open ticket." in page
    assert "Nightly export" in page


def test_whoever_is_let_go_is_out_and_it_is_noted(client, admin, leaving):
    other = type(client)()
    other.force_login(leaving)

    let_go(client, leaving)

    leaving.refresh_from_db()
    assert not leaving.is_active
    assert other.get("/me/").status_code == 302
    entry = AuditEntry.objects.get(action="agent.deactivated")
    assert (entry.actor_id, entry.object_label) == (admin.pk, "Grace Hopper")
    assert "Grace Hopper" in client.get("/settings/agents/?show=gone").content.decode()


@pytest.mark.parametrize("choice", ["nobody", "keep", "heir"])
def test_their_open_tickets_go_where_the_admin_says(client, admin, leaving, choice):
    heir = make_agent(name="Alan")
    ticket, solved = make_ticket(assignee=leaving), make_ticket(assignee=leaving, status="solved")

    let_go(client, leaving, str(heir.pk) if choice == "heir" else choice)

    ticket.refresh_from_db()
    solved.refresh_from_db()
    assert ticket.assignee == {"nobody": None, "keep": leaving, "heir": heir}[choice]
    assert solved.assignee == leaving
    assert ticket.events.filter(kind="assignee.changed", actor_agent=admin).count() == (choice != "keep")


def test_who_takes_over_many_is_not_mailed_about_each(client, admin, leaving):
    make_inbox()
    heir = make_agent()
    make_ticket(assignee=leaving)

    let_go(client, leaving, str(heir.pk))
    dispatch.process_events()

    assert not MessageDelivery.objects.filter(recipients={"to": [heir.email]}).exists()


def test_nobody_lets_themselves_go(client, admin):
    make_agent(role="Admin")

    answer = let_go(client, admin)

    admin.refresh_from_db()
    assert (answer.status_code, admin.is_active) == (422, True)
    assert "You cannot let yourself go." in answer.content.decode()


def test_somebody_who_may_manage_agents_always_stays(admin):
    with pytest.raises(agents.LastOne):
        agents.refuse_farewell(admin, actor=make_agent(role="Manager"))


def test_a_ticket_goes_to_nobody_who_is_gone(client, admin, leaving):
    gone = make_agent(is_active=False)

    assert let_go(client, leaving, str(gone.pk)).status_code == 422
    leaving.refresh_from_db()
    assert leaving.is_active


def test_taken_back_they_sign_in_anew(client, admin, leaving):
    let_go(client, leaving)

    client.post(f"/settings/agents/{leaving.pk}/take-back/")

    leaving.refresh_from_db()
    assert leaving.is_active
    assert AuditEntry.objects.filter(action="agent.reactivated", actor_id=admin.pk).count() == 1
    other = type(client)()
    answer = other.post("/login/", {"email": leaving.email, "password": PASSWORD})
    assert answer.status_code == 302
