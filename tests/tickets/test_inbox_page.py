"""The lists in the browser's eyes: rows, empty lists, paging links, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import desk
from tests.make import make_agent, make_customer, make_message, make_ticket
from tickets import choices, filters, reading
from tickets.models import Ticket
from tickets.services import drafts, replies, workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    agent = make_agent(name="Mika Korhonen")
    client.force_login(agent)
    return agent


def row_of(page, ticket):
    """The HTML of one row."""
    text = page.content.decode()
    start = text.index(f'id="row-{ticket.number}"')
    return text[start : text.index("</li>", start)]


class TestRows:
    def test_a_row_says_who_what_where_and_whose(self, client, agent):
        ticket = make_ticket(
            subject="Charged twice",
            requester=make_customer(name="Elena Lindqvist"),
            text="My card was charged twice.",
            team="Billing",
            assignee=make_agent(name="Priya Shah"),
            priority=4,
            status="pending",
        )
        workflow.tag(ticket=ticket, add=["refund", "billing", "vip"], actor=agent)

        row = row_of(client.get("/inbox/all/"), ticket)

        for words in ("Elena Lindqvist", "Charged twice", "My card was", "Billing", "Priya Shah", "Urgent"):
            assert words in row
        for words in ("Pending", "billing", "refund", "+1", 'aria-label="Email"'):
            assert words in row

    def test_a_customer_without_a_name_is_called_by_their_address(self, client, agent):
        ticket = make_ticket(requester=make_customer(name="", email="elena@example.org"))

        assert "elena@example.org" in row_of(client.get("/inbox/open/"), ticket)

    def test_the_draft_of_the_reader_takes_the_snippets_place(self, client, agent):
        ticket = make_ticket(text="My card was charged twice.")
        drafts.save(ticket=ticket, agent=agent, mode="reply", html="<p>Dear <b>Elena</b></p>", revision=0)
        drafts.save(ticket=ticket, agent=make_agent(), mode="note", html="<p>secret thought</p>", revision=0)

        row = row_of(client.get("/inbox/open/"), ticket)

        assert "Draft:" in row
        assert "Dear Elena" in row
        assert "secret thought" not in row

    def test_a_row_leads_back_to_the_list_it_stands_in(self, client, agent):
        ticket = make_ticket(priority=4)

        row = row_of(client.get("/inbox/unassigned/?priority=4"), ticket)

        assert f"/t/{ticket.number}/?priority=4&amp;view=unassigned" in row


class TestUnread:
    def test_what_was_never_opened_is_unread_while_there_is_something_to_do(self, client, agent):
        assert _class_of(client, make_ticket()) == "ticket-row is-unread"
        assert _class_of(client, make_ticket(status="solved")) == "ticket-row"

    def test_reading_settles_it_until_somebody_writes(self, client, agent):
        ticket = make_ticket()
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)
        assert _class_of(client, ticket) == "ticket-row"

        make_message(ticket)
        assert _class_of(client, ticket) == "ticket-row is-unread"

    def test_what_one_wrote_oneself_and_changes_of_fields_are_no_news(self, client, agent):
        ticket = make_ticket()
        reading.mark_seen(ticket, agent, event=ticket.events.last().pk)
        replies.add_note(ticket=ticket, author=agent, html="<p>Mine.</p>")
        workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())

        assert _class_of(client, ticket) == "ticket-row"

    def test_each_agent_reads_for_themselves(self, client, agent):
        ticket, other = make_ticket(), make_agent()
        reading.mark_seen(ticket, other, event=ticket.events.last().pk)

        assert _class_of(client, ticket) == "ticket-row is-unread"


def _class_of(client, ticket):
    text = client.get("/inbox/all/").content.decode()
    end = text.index(f'" id="row-{ticket.number}"')
    return text[text.rindex('class="', 0, end) + 7 : end]


class TestEmpty:
    def words(self, client, path="/inbox/open/"):
        return " ".join(client.get(path).content.decode().split())

    def test_done_names_what_waits_elsewhere(self, client, agent):
        make_ticket()
        page = self.words(client, "/inbox/mine/")

        assert "Mine: all clear" in page
        assert "1 waiting in Unassigned" in page

    def test_no_match_names_the_filters(self, client, agent):
        make_ticket(priority=1)
        page = self.words(client, "/inbox/open/?priority=4")

        assert "No ticket matches" in page
        assert "Priority: Urgent" in page
        assert "Clear the filters" in page

    def test_not_set_up_leads_admins_to_the_inboxes(self, client):
        client.force_login(make_agent(role="Admin"))
        assert "Set up an inbox" in self.words(client)

        client.force_login(make_agent())
        assert "No tickets yet" in self.words(client)
        assert "Set up an inbox" not in self.words(client)

    def test_no_permission_says_who_can_help(self, client):
        make_ticket(team="Support")
        client.force_login(make_agent(role="Team agent"))

        assert "You are in no team yet" in self.words(client)


class TestPaging:
    def test_older_and_newer_lead_on_and_keep_the_filters(self, client, agent, monkeypatch):
        monkeypatch.setattr(filters.page_of, "__kwdefaults__", filters.page_of.__kwdefaults__ | {"size": 2})
        for number in range(5):
            make_ticket(priority=4, subject=f"Ticket {number}")

        first = client.get("/inbox/open/?priority=4")
        second = client.get(first.context["older_url"])
        back = client.get(second.context["newer_url"])

        assert [t.subject for t in first.context["tickets"]] == ["Ticket 4", "Ticket 3"]
        assert [t.subject for t in second.context["tickets"]] == ["Ticket 2", "Ticket 1"]
        assert [t.subject for t in back.context["tickets"]] == ["Ticket 4", "Ticket 3"]
        assert "priority=4" in second.context["older_url"]
        assert "data-begins" in first.content.decode()
        assert "data-begins" not in second.content.decode()

    @pytest.mark.parametrize(
        "query", ["before=x", "after=-1-", "before=99999999999999999999999-1", "before=1-1&after=2-2"]
    )
    def test_nonsense_in_the_address_shows_the_list(self, client, agent, query):
        assert client.get(f"/inbox/all/?{query}").status_code == 200

    def test_there_is_no_other_list(self, client, agent):
        assert client.get("/inbox/nothing/").status_code == 404


class TestRowsAnew:
    def test_only_those_asked_for_that_stand_in_the_list_come_back(self, client, agent):
        here, gone, other = make_ticket(), make_ticket(status="solved"), make_ticket()

        page = client.get(f"/inbox/open/rows/?ids={here.number},{gone.number},x,,99999999999999999999999")

        assert f'id="row-{here.number}"' in page.content.decode()
        assert f'id="row-{gone.number}"' not in page.content.decode()
        assert f'id="row-{other.number}"' not in page.content.decode()

    def test_rows_out_of_sight_do_not_come(self, client):
        client.force_login(make_agent(role="Team agent", team="Billing"))
        ticket = make_ticket(team="Support")

        assert str(ticket.number) not in client.get(f"/inbox/all/rows/?ids={ticket.number}").content.decode()

    def test_the_filters_of_the_list_hold_for_them(self, client, agent):
        low = make_ticket(priority=1)

        assert client.get(f"/inbox/open/rows/?priority=4&ids={low.number}").content.strip() == b""


class TestCost:
    @pytest.fixture(autouse=True)
    def a_slow_machine_is_no_reason(self, monkeypatch):
        """What is kept for seconds is kept throughout, however long the test takes."""
        for module, name in ((desk, "FRESH_FOR"), (choices, "FRESH_FOR"), (filters, "COUNTS_FRESH_FOR")):
            monkeypatch.setattr(module, name, 3600)

    @pytest.mark.parametrize("role", ["Agent", "Team agent"])
    def test_fifty_rows_cost_as_many_queries_as_ten(self, client, role):
        agent = make_agent(role=role, team="Billing")
        client.force_login(agent)
        asked = []
        for wanted in (10, 50):
            while (have := Ticket.objects.count()) < wanted:
                ticket = make_ticket(team="Billing", assignee=agent if have % 2 else None)
                workflow.tag(ticket=ticket, add=["refund", f"tag {have}"], actor=agent)
            client.get("/inbox/open/")  # what a process keeps for a moment is known by now
            with CaptureQueriesContext(connection) as queries:
                page = client.get("/inbox/open/")
            assert len(page.context["tickets"]) == wanted
            asked.append(len(queries))

        assert asked[0] == asked[1] <= 8

    def test_the_first_look_at_a_desk_costs_little_more(self, client, agent):
        make_ticket()
        with CaptureQueriesContext(connection) as queries:
            client.get("/inbox/open/")

        assert len(queries) <= 14

    def test_no_statement_counts_everything(self, client, agent):
        make_ticket()
        with CaptureQueriesContext(connection) as queries:
            client.get("/inbox/all/")

        counting = [query["sql"] for query in queries if "count(" in query["sql"].lower()]
        assert len(counting) == 1
        assert counting[0].count("LIMIT 1000") == 5
