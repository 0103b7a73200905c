"""Changing a ticket from its page: property by property, and what happens when somebody was faster."""

import json

import pytest

from tests.make import make_agent, make_customer, make_message, make_team, make_ticket
from tickets import events
from tickets.models import Message
from tickets.services import replies, workflow

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def agent(client):
    agent = make_agent(name="Mika Korhonen")
    client.force_login(agent)
    return agent


@pytest.fixture
def ticket():
    return make_ticket(status="open", team="Billing")


def change(client, ticket, what, **fields):
    answer = client.post(f"/t/{ticket.number}/{what}/", fields, **HTMX)
    ticket.refresh_from_db()
    return answer


class TestProperties:
    def test_each_is_changed_by_its_own_small_form(self, client, agent, ticket):
        colleague, team = make_agent(), make_team("Legal")

        answers = [
            change(client, ticket, "status", status="pending", was="open"),
            change(client, ticket, "assignee", assignee=colleague.pk, was=""),
            change(client, ticket, "team", team=team.pk, was=ticket.team_id),
            change(client, ticket, "priority", priority=4, was=2),
            change(client, ticket, "subject", subject="A better subject", was=ticket.subject),
            change(client, ticket, "tags", add="refund, billing"),
        ]

        assert {answer.status_code for answer in answers} == {204}
        assert (ticket.status_id, ticket.assignee, ticket.team) == ("pending", colleague, team)
        assert (ticket.priority, ticket.subject) == (4, "A better subject")
        assert {tag.name for tag in ticket.tags.all()} == {"refund", "billing"}

    def test_the_page_is_told_which_parts_to_fetch_again(self, client, agent, ticket):
        answer = change(client, ticket, "priority", priority=4, was=2)

        assert json.loads(answer["HX-Trigger"])["desk:stale"]["parts"] == [
            "#ticket-head",
            "#timeline",
            "#details-body",
        ]

    def test_the_page_is_told_what_stands_now(self, client, agent, ticket):
        taken = change(client, ticket, "take", was="")
        freed = change(client, ticket, "assignee", assignee="", was=agent.pk)
        refused = change(client, ticket, "priority", priority=4, was=1)

        assert [json.loads(answer["HX-Trigger"])["desk:stands"] for answer in (taken, freed, refused)] == [
            {"field": "assignee", "value": str(agent.pk)},
            {"field": "assignee", "value": ""},
            {"field": "priority", "value": "2"},
        ]

    def test_nobody_and_no_team_can_be_chosen(self, client, agent):
        ticket = make_ticket(assignee=agent, team="Billing")

        change(client, ticket, "assignee", assignee="", was=agent.pk)
        change(client, ticket, "team", team="", was=ticket.team_id)

        assert (ticket.assignee, ticket.team) == (None, None)

    def test_taking_a_ticket(self, client, agent, ticket):
        assert change(client, ticket, "take", was="").status_code == 204
        assert ticket.assignee == agent

    def test_a_tag_is_taken_off(self, client, agent, ticket):
        workflow.tag(ticket=ticket, add=["refund", "billing"], actor=agent)

        change(client, ticket, "tags", remove="refund")

        assert [tag.name for tag in ticket.tags.all()] == ["billing"]

    def test_without_scripts_one_comes_back_to_the_page(self, client, agent, ticket):
        answer = client.post(f"/t/{ticket.number}/priority/", {"priority": 4, "was": 2})

        assert answer.url == ticket.get_absolute_url()

    def test_who_moves_a_ticket_out_of_their_own_sight_is_led_to_the_list(self, client):
        client.force_login(make_agent(role="Team agent", team="Billing"))
        ticket = make_ticket(team="Billing")

        answer = change(client, ticket, "team", team=make_team("Legal").pk, was=ticket.team_id)

        assert answer["HX-Redirect"] == "/inbox/"


class TestRefusals:
    @pytest.mark.parametrize(
        ("what", "fields"),
        [
            ("status", {"status": "solved", "was": "new"}),
            ("assignee", {"assignee": "", "was": "99"}),
            ("team", {"team": "", "was": "99"}),
            ("priority", {"priority": "4", "was": "1"}),
            ("subject", {"subject": "Mine", "was": "What it was before"}),
        ],
    )
    def test_what_somebody_else_changed_is_shown_instead_of_overwritten(
        self, client, agent, ticket, what, fields
    ):
        before = ticket.version
        answer = change(client, ticket, what, **fields)

        page = answer.content.decode()
        assert answer.status_code == 409
        assert ticket.version == before
        assert "Somebody else changed this in the meantime" in page
        assert "Somebody else changed" in json.loads(answer["HX-Trigger"])["desk:toast"]["text"]

    @pytest.mark.parametrize(
        ("what", "fields"),
        [
            ("status", {"status": "nonsense", "was": "open"}),
            ("status", {"status": "solved"}),
            ("assignee", {"assignee": "0", "was": ""}),
            ("priority", {"priority": "9", "was": "2"}),
            ("priority", {"priority": "x", "was": "2"}),
            ("subject", {"subject": "", "was": "x"}),
            ("participants", {"address": "nobody"}),
        ],
    )
    def test_nonsense_changes_nothing(self, client, agent, ticket, what, fields):
        before = ticket.version

        assert change(client, ticket, what, **fields).status_code == 422
        assert ticket.version == before

    def test_a_move_that_is_not_allowed_says_why(self, client, agent):
        answer = change(client, make_ticket(status="closed"), "status", status="open", was="closed")

        assert answer.status_code == 409
        assert answer["HX-Reswap"] == "none"
        assert "stays closed" in json.loads(answer["HX-Trigger"])["desk:toast"]["text"]

    def test_who_is_not_active_any_more_cannot_be_given_a_ticket(self, client, agent, ticket):
        gone = make_agent(is_active=False)

        assert change(client, ticket, "assignee", assignee=gone.pk, was="").status_code == 422

    def test_a_get_changes_nothing(self, client, agent, ticket):
        for what in ("status", "take", "reply", "seen", "participants"):
            assert client.get(f"/t/{ticket.number}/{what}/").status_code == 405


class TestPeople:
    def test_somebody_is_added_by_address_and_removed_again(self, client, agent, ticket):
        change(client, ticket, "participants", address="Boss@Example.org")
        row = ticket.participants.get()
        assert row.customer.email == "boss@example.org"

        change(client, ticket, f"participants/{row.pk}/remove")
        row.refresh_from_db()
        assert row.removed_at
        kinds = [event.kind for event in ticket.events.order_by("-pk")[:2]]
        assert kinds == [events.PARTICIPANT_REMOVED, events.PARTICIPANT_ADDED]

    def test_who_was_removed_can_be_added_again(self, client, agent, ticket):
        for _ in range(2):
            change(client, ticket, "participants", address="boss@example.org")
            change(client, ticket, f"participants/{ticket.participants.get().pk}/remove")
        change(client, ticket, "participants", address="boss@example.org")

        assert ticket.participants.get().removed_at is None

    def test_the_requester_is_no_participant(self, client, agent, ticket):
        change(client, ticket, "participants", address=ticket.requester.email)

        assert not ticket.participants.exists()

    def test_a_participant_of_another_ticket_is_not_found(self, client, agent, ticket):
        other = make_ticket()
        change(client, other, "participants", address="boss@example.org")

        answer = change(client, ticket, f"participants/{other.participants.get().pk}/remove")

        assert answer.status_code == 404


class TestMessages:
    def reply(self, agent, ticket):
        return replies.post_reply(ticket=ticket, author=agent, html="<p>Hello.</p>")

    def post(self, client, message, verb):
        answer = client.post(f"/t/{message.ticket.number}/messages/{message.pk}/{verb}/", **HTMX)
        message.refresh_from_db()
        return answer

    def test_sending_at_once_ends_the_wait(self, client, agent, ticket):
        message = self.reply(agent, ticket)
        planned = message.send_after

        assert self.post(client, message, "send-now").status_code == 204
        assert message.send_after < planned
        assert ticket.events.last().kind == events.MESSAGE_HURRIED

    def test_what_has_left_cannot_be_taken_back(self, client, agent, ticket):
        message = self.reply(agent, ticket)
        Message.objects.filter(pk=message.pk).update(delivery="sending")

        answer = self.post(client, message, "undo")

        assert answer.status_code == 409
        assert "already left" in json.loads(answer["HX-Trigger"])["desk:toast"]["text"]
        assert message.delivery == "sending"

    def test_only_its_author_takes_it_back(self, client, agent, ticket):
        message = self.reply(make_agent(), ticket)

        assert self.post(client, message, "undo").status_code == 409
        assert message.delivery == "queued"

    def test_a_failed_one_is_tried_again(self, client, agent, ticket):
        message = self.reply(agent, ticket)
        Message.objects.filter(pk=message.pk).update(delivery="failed")

        assert self.post(client, message, "retry").status_code == 204
        assert message.delivery == "queued"

    def test_a_held_one_is_let_in_with_its_writer(self, client, agent, ticket):
        stranger = make_customer(email="mallory@else.test")
        message = make_message(ticket, author=stranger, held=True)

        self.post(client, message, "accept")

        assert not message.is_held
        assert ticket.participants.get().customer == stranger

    @pytest.mark.parametrize("verb", ["undo", "send-now", "retry", "accept"])
    def test_a_message_of_another_ticket_is_not_found(self, client, agent, ticket, verb):
        elsewhere = self.reply(agent, make_ticket())

        assert client.post(f"/t/{ticket.number}/messages/{elsewhere.pk}/{verb}/").status_code == 404
