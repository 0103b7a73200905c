"""The ticket's page: what it shows to whom, and what it costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import desk
from tests.make import make_agent, make_customer, make_message, make_team, make_ticket
from tickets import choices, files, filters, panels, reading
from tickets.models import Message, TicketSeen
from tickets.services import delivery, drafts, participants, replies, workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    agent = make_agent(name="Mika Korhonen", team="Billing")
    client.force_login(agent)
    return agent


@pytest.fixture(autouse=True)
def no_wings(monkeypatch):
    """What the wings add has tests of its own."""
    monkeypatch.setattr(panels, "BOXES", [])
    monkeypatch.setattr(panels, "MESSAGE_VERBS", [])


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def html(response):
    return response.content.decode()


class TestConversation:
    def test_it_shows_who_said_what(self, client, agent):
        ticket = make_ticket(requester=make_customer(name="Elena Lindqvist"), text="Charged twice.")
        replies.add_note(ticket=ticket, author=make_agent(name="Priya Shah"), html="<p>Refund it.</p>")

        page = words(client.get(ticket.get_absolute_url()))

        assert "Elena Lindqvist" in page
        assert "Charged twice." in page
        assert "Priya Shah Internal note" in page

    def test_quoted_text_is_folded(self, client, agent):
        ticket = make_ticket()
        make_message(ticket, text="Yes.", quoted_text="> Did it work?")

        page = html(client.get(ticket.get_absolute_url()))

        assert re.search(r"<details[^>]+quoted.*Did it work", page, re.DOTALL)

    def test_changes_in_a_row_are_one_line(self, client, agent):
        ticket = make_ticket(status="open")
        workflow.change_status(ticket=ticket, status="pending", actor=agent)
        workflow.change_priority(ticket=ticket, priority=4, actor=agent)

        page = words(client.get(ticket.get_absolute_url()))

        assert "2 changes by Mika Korhonen" in page
        assert "changed the status from Open to Pending" in page
        assert "changed the priority from Normal to Urgent" in page

    def test_the_divider_stands_before_the_first_new_message(self, client, agent):
        ticket = make_ticket(text="Old.")
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)
        make_message(ticket, text="Brand new.")

        page = words(client.get(ticket.get_absolute_url()))

        assert page.index("Old.") < page.index("New since") < page.index("Brand new.")

    def test_refreshed_it_keeps_what_was_new_when_the_page_was_opened(self, client, agent):
        ticket = make_ticket()
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)
        make_message(ticket, text="Brand new.")
        url = client.get(ticket.get_absolute_url()).context["timeline_url"]
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)

        assert "New since" in words(client.get(url))

    def test_exact_times_are_printed_with_the_zone_in_the_tooltip(self, client, agent):
        agent.time_zone = "Asia/Tokyo"
        agent.save()
        page = html(client.get(make_ticket().get_absolute_url()))

        assert re.search(r'<time datetime="[^"]+" title="[^"]+ JST">Today \d\d:\d\d</time>', page)


class TestDelivery:
    def reply(self, agent, **fields):
        ticket = make_ticket(status="open")
        return replies.post_reply(ticket=ticket, author=agent, html="<p>Hello.</p>", **fields)

    def page(self, client, message):
        return words(client.get(message.ticket.get_absolute_url()))

    def test_before_it_leaves_the_writer_can_take_it_back(self, client, agent):
        page = self.page(client, self.reply(agent))

        assert re.search(r"Sending in \d+ s Undo Send now", page)

    def test_nobody_else_can(self, client, agent):
        page = self.page(client, self.reply(make_agent()))

        assert "Waits to be sent" in page
        assert "Undo Send now" not in page

    @pytest.mark.parametrize(
        ("state", "shown"),
        [("sent", "Sent"), ("delivered", "Delivered"), ("read", "Read"), ("sending", "Sending")],
    )
    def test_what_became_of_it_is_said_in_words(self, client, agent, state, shown):
        message = self.reply(agent)
        Message.objects.filter(pk=message.pk).update(delivery=state)

        assert shown in self.page(client, message)

    def test_a_failure_shows_the_servers_words_and_a_way_on(self, client, agent):
        message = self.reply(agent)
        delivery.record_delivery(message=message, state="failed", note="550 no such user <b>")

        page = client.get(message.ticket.get_absolute_url())

        assert "Not sent" in words(page)
        assert "550 no such user &lt;b&gt;" in html(page)
        assert "Send again" in words(page)
        assert "Needs attention" in words(page)

    def test_doubt_is_called_doubt(self, client, agent):
        message = self.reply(agent)
        delivery.record_delivery(message=message, state="in_doubt")

        page = self.page(client, message)

        assert "May not have been delivered" in page
        assert "may send it twice" in page

    def test_a_held_message_can_be_let_in(self, client, agent):
        ticket = make_ticket()
        make_message(ticket, author=make_customer(name="Mallory"), held=True)

        page = words(client.get(ticket.get_absolute_url()))

        assert "Mallory" in page
        assert "Its writer was not part of this ticket" in page
        assert "Accept" in page


class TestDetails:
    def test_customer_properties_people_and_other_tickets_stand_beside(self, client, agent):
        customer = make_customer(name="Elena", email="elena@fjordworks.test", language="sv", is_vip=True)
        ticket = make_ticket(requester=customer, team="Billing", assignee=agent)
        make_ticket(requester=customer, subject="VAT number on invoices")
        participants.add(ticket=ticket, addresses=["boss@fjordworks.test"], actor=agent)

        page = words(client.get(ticket.get_absolute_url()))

        for shown in (
            "elena@fjordworks.test",
            "Swedish",
            "VIP",
            "boss@fjordworks.test",
            "VAT number on invoices",
        ):
            assert shown in page

    def test_other_tickets_out_of_sight_are_not_shown(self, client):
        agent = make_agent(role="Team agent", team="Billing")
        client.force_login(agent)
        customer = make_customer()
        ticket = make_ticket(requester=customer, team="Billing")
        make_ticket(requester=customer, team="Legal", subject="Secret matter")

        assert "Secret matter" not in words(client.get(ticket.get_absolute_url()))

    def test_wings_add_boxes_and_verbs(self, client, agent, monkeypatch):
        monkeypatch.setattr(panels, "BOXES", [])
        panels.register("tickets:head", title="Promises")
        panels.register_message_verb("tickets:body", text="Show original", icon="code")
        ticket = make_ticket()

        page = html(client.get(ticket.get_absolute_url()))

        assert f'hx-get="/t/{ticket.number}/head/" hx-trigger="load, live consume"' in page
        assert f"/t/{ticket.number}/messages/{ticket.messages.get().pk}/body/" in page


class TestWhoMay:
    def offers(self, client, role):
        client.force_login(make_agent(role=role, team="Billing"))
        page = html(client.get(make_ticket(team="Billing").get_absolute_url()))
        return {
            name
            for name in ("reply-body", "note-body", "property-status", "property-assignee", "solve")
            if f'id="{name}"' in page
        }

    def test_an_agent_may_do_all_of_it(self, client):
        assert self.offers(client, "Agent") == {
            "reply-body",
            "note-body",
            "property-status",
            "property-assignee",
            "solve",
        }

    def test_a_light_agent_writes_notes_only_and_is_told_why(self, client):
        assert self.offers(client, "Light agent") == {"note-body"}
        assert "does not let you answer customers" in words(client.get(make_ticket().get_absolute_url()))

    def test_an_observer_reads(self, client):
        assert self.offers(client, "Observer") == set()

    def test_a_closed_ticket_offers_no_move(self, client, agent):
        page = html(client.get(make_ticket(status="closed").get_absolute_url()))

        assert 'id="property-status"' not in page
        assert 'id="solve"' not in page


class TestWaysThere:
    def test_a_merged_ticket_leads_to_where_it_went(self, client, agent):
        target = make_ticket()
        source = make_ticket(merged_into=target)

        assert client.get(source.get_absolute_url()).url == target.get_absolute_url()

    def test_beside_the_list_it_was_opened_from(self, client, agent):
        ticket, neighbour = make_ticket(), make_ticket(subject="The neighbour")

        page = html(client.get(f"{ticket.get_absolute_url()}?view=open"))

        assert "The neighbour" in page
        assert f'id="open-{ticket.number}"' in page
        assert 'aria-current="true"' in page
        assert neighbour.get_absolute_url() + "?view=open" in page

    def test_by_itself_it_brings_no_list(self, client, agent):
        make_ticket(subject="The neighbour")

        assert "The neighbour" not in html(client.get(make_ticket().get_absolute_url()))


class TestSeen:
    def test_looking_alone_changes_nothing(self, client, agent):
        client.get(make_ticket().get_absolute_url())

        assert not TicketSeen.objects.exists()

    def test_the_page_says_what_was_shown(self, client, agent):
        ticket = make_ticket()
        shown = ticket.events.last().pk

        assert client.post(f"/t/{ticket.number}/seen/", {"event": shown}).status_code == 204
        assert TicketSeen.objects.get(agent=agent, ticket=ticket).event_id == shown

    def test_it_never_goes_back_nor_beyond_what_there_is(self, client, agent):
        ticket = make_ticket()
        newest = ticket.events.last().pk
        for event in (newest + 1000, 1, "x", ""):
            client.post(f"/t/{ticket.number}/seen/", {"event": event})

        assert TicketSeen.objects.get(agent=agent, ticket=ticket).event_id == newest


class TestDraftsOnThePage:
    def test_both_drafts_come_back_with_their_files(self, client, agent):
        ticket = make_ticket()
        [kept] = files.store(
            [files.NewFile(name="report.pdf", content=b"%PDF-1.4")], ticket=ticket, uploaded_by=agent
        )
        drafts.save(
            ticket=ticket, agent=agent, mode="reply", html="<p>Dear Elena</p>", attachments=[kept], revision=0
        )
        drafts.save(ticket=ticket, agent=agent, mode="note", html="<p>Between us</p>", revision=0)

        page = html(client.get(ticket.get_absolute_url()))

        assert "Dear Elena" in page
        assert "Between us" in page
        assert f'name="attachments" value="{kept.token}"' in page

    def test_nobody_sees_the_draft_of_another(self, client, agent):
        ticket = make_ticket()
        drafts.save(ticket=ticket, agent=make_agent(), mode="reply", html="<p>Not yours</p>", revision=0)

        assert "Not yours" not in html(client.get(ticket.get_absolute_url()))


class TestCost:
    @pytest.fixture(autouse=True)
    def a_slow_machine_is_no_reason(self, monkeypatch):
        """What is kept for seconds is kept throughout, however long the test takes."""
        for module, name in ((desk, "FRESH_FOR"), (choices, "FRESH_FOR"), (filters, "COUNTS_FRESH_FOR")):
            monkeypatch.setattr(module, name, 3600)

    def long_ticket(self, agent, count):
        ticket = make_ticket(
            team=make_team("Billing"), assignee=agent, status="open", requester=make_customer()
        )
        for number in range(count):
            make_message(ticket, text=f"Message {number}")
        files.store(
            [files.NewFile(name="a.txt", content=b"x")], ticket=ticket, message=ticket.messages.last()
        )
        participants.add(
            ticket=ticket, addresses=[f"p{n}@example.org" for n in range(count % 7)], actor=agent
        )
        workflow.tag(ticket=ticket, add=[f"tag {n}" for n in range(5)], actor=agent)
        make_ticket(requester=ticket.requester)
        return ticket

    def asked(self, client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    def test_a_page_costs_few_queries_however_long_the_conversation(self, client, agent):
        short, long = self.long_ticket(agent, 3), self.long_ticket(agent, 20)

        first, second = (self.asked(client, ticket.get_absolute_url()) for ticket in (short, long))

        assert first == second <= 12

    def test_the_list_beside_it_costs_two_more(self, client, agent):
        ticket = self.long_ticket(agent, 3)
        alone = self.asked(client, ticket.get_absolute_url())

        assert self.asked(client, f"{ticket.get_absolute_url()}?view=open") == alone + 2

    def test_parts_cost_less_than_the_page(self, client, agent):
        ticket = self.long_ticket(agent, 20)

        assert self.asked(client, f"/t/{ticket.number}/timeline/") <= 8
        assert self.asked(client, f"/t/{ticket.number}/details/") <= 7


class TestUnread:
    def test_marked_unread_the_last_message_is_new_again(self, client, agent):
        ticket = make_ticket(text="Old.")
        make_message(ticket, text="Last.")
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)

        answer = client.post(f"/t/{ticket.number}/unread/", {"next": "/inbox/mine/?priority=4"})

        assert answer.url == "/inbox/mine/?priority=4"
        page = words(client.get(ticket.get_absolute_url()))
        assert page.index("Old.") < page.index("New since") < page.index("Last.")

    def test_it_leads_nowhere_else(self, client, agent):
        answer = client.post(f"/t/{make_ticket().number}/unread/", {"next": "https://evil.test/"})

        assert answer.url == "/inbox/"
