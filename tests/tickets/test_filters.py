"""The lists: what stands in each, paging by key, and counts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from tests.make import make_agent, make_team, make_ticket
from tickets import filters
from tickets.filters import Place, page_of
from tickets.models import Ticket
from tickets.narrowing import Narrowing
from tickets.services import workflow


def numbers(view, agent):
    return {ticket.number for ticket in filters.tickets_of(filters.VIEWS[view], agent)}


@pytest.mark.django_db
class TestWhatStandsWhere:
    def test_each_list_holds_its_own(self):
        agent = make_agent()
        new = make_ticket()
        mine = make_ticket(assignee=agent, status="open")
        pending = make_ticket(status="pending", assignee=make_agent())
        solved = make_ticket(status="solved")
        failed = make_ticket(
            status="open", assignee=make_agent(), needs_attention="A reply was not delivered."
        )

        assert numbers("mine", agent) == {mine.number}
        assert numbers("unassigned", agent) == {new.number}
        assert numbers("open", agent) == {new.number, mine.number, failed.number}
        assert numbers("pending", agent) == {pending.number}
        assert numbers("solved", agent) == {solved.number}
        assert numbers("attention", agent) == {failed.number}
        assert len(numbers("all", agent)) == 5

    def test_what_was_trashed_or_merged_stands_nowhere(self):
        kept = make_ticket()
        make_ticket(trashed_at=now())
        make_ticket(merged_into=kept)

        assert numbers("all", make_agent()) == {kept.number}

    def test_an_agent_of_one_team_sees_its_tickets_and_their_own(self):
        agent = make_agent(role="Team agent", team="Billing")
        ours, theirs = make_ticket(team="Billing"), make_ticket(team="Support")
        given = make_ticket(team="Support", assignee=agent)

        assert numbers("all", agent) == {ours.number, given.number}
        assert theirs.number not in numbers("open", agent)


@pytest.mark.django_db
class TestPages:
    def tickets(self, count):
        start = now()
        found = [make_ticket(subject=f"{n}") for n in range(count)]
        for n, ticket in enumerate(found):
            # Two at a time share a moment, so that the key alone decides.
            Ticket.objects.filter(pk=ticket.pk).update(updated_at=start + timedelta(seconds=n // 2))
        return Ticket.objects.all()

    def walk(self, tickets, size):
        pages, place = [], None
        while True:
            page = page_of(tickets, before=place, size=size)
            pages.append(page)
            if not (place := page.older):
                return pages

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
    def test_walking_down_shows_each_ticket_once(self, size):
        tickets = self.tickets(7)

        shown = [ticket.pk for page in self.walk(tickets, size) for ticket in page.tickets]

        assert shown == [ticket.pk for ticket in tickets.order_by("-updated_at", "-pk")]

    def test_walking_up_again_shows_the_same_pages(self):
        tickets = self.tickets(7)
        first, second, last = self.walk(tickets, 3)

        up = page_of(tickets, after=last.newer, size=3)

        assert up.tickets == second.tickets
        assert page_of(tickets, after=up.newer, size=3).tickets == first.tickets
        assert page_of(tickets, after=up.newer, size=3).newer is None

    def test_above_the_top_is_the_top(self):
        tickets = self.tickets(3)
        top = page_of(tickets, size=2).tickets[0]

        assert page_of(tickets, after=Place.of(top), size=2).tickets[0] == top

    def test_a_page_never_counts_and_never_skips_rows(self):
        tickets = self.tickets(4)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(tickets, before=Place.of(tickets.order_by("-updated_at", "-pk")[1]), size=2)

        statement = queries[-1]["sql"].lower()
        assert "count(" not in statement
        assert "offset" not in statement

    @given(st.datetimes(timezones=st.just(now().tzinfo)), st.integers(1, 2**62))
    def test_a_place_survives_the_address_bar(self, moment, pk):
        if moment.year < 1970:
            return
        assert Place.parse(str(Place(moment, pk))) == Place(moment, pk)

    @given(st.text())
    def test_nonsense_in_the_address_is_no_place(self, text):
        place = Place.parse(text)
        assert place is None or str(place) == text or text.split("-")[0].startswith("0")


@pytest.mark.django_db
class TestCounts:
    def test_all_lists_are_counted_in_one_statement(self):
        agent = make_agent()
        make_ticket(assignee=agent, status="open")
        make_ticket()
        agent.can("tickets.read_all")  # who they are is known by now

        with CaptureQueriesContext(connection) as queries:
            counted = filters.counts(agent)

        assert len(queries) == 1
        assert counted == {"mine": 1, "open": 2, "unassigned": 1, "pending": 0, "attention": 0}

    def test_they_are_kept_for_a_moment(self):
        agent = make_agent()
        filters.counts(agent)
        make_ticket()

        with CaptureQueriesContext(connection) as queries:
            assert filters.counts(agent)["open"] == 0
        assert len([query for query in queries if "count(" in query["sql"]]) == 0

    def test_counting_stops_at_the_limit(self, monkeypatch):
        monkeypatch.setattr(filters, "COUNTED_UP_TO", 2)
        for _ in range(3):
            make_ticket()

        counted = filters.counts(make_agent())

        assert counted["open"] == 2
        assert filters.shown_count(2) == "1+"
        assert filters.shown_count(1) == "1"

    def test_security59_they_tell_nothing_of_tickets_out_of_sight(self):
        make_ticket(team="Support")
        colleague, outsider = make_agent(), make_agent(role="Team agent", team="Billing")

        assert filters.counts(colleague)["open"] == 1
        assert filters.counts(outsider)["open"] == 0


@pytest.mark.django_db
class TestNarrowing:
    def of(self, query):
        return Narrowing.of(QueryDict(query))

    def narrowed(self, query):
        return set(self.of(query).apply(Ticket.objects.all()))

    def test_values_of_one_filter_are_alternatives_and_filters_add_up(self):
        billing, support = make_team("Billing"), make_team("Support")
        urgent, low = make_ticket(team=billing, priority=4), make_ticket(team=support, priority=1)
        make_ticket(team=make_team("Sales"), priority=4)

        assert self.narrowed(f"team={billing.pk}&team={support.pk}") == {urgent, low}
        assert self.narrowed(f"team={billing.pk}&team={support.pk}&priority=4") == {urgent}

    def test_a_ticket_with_two_of_the_tags_stands_there_once(self):
        ticket = workflow.tag(ticket=make_ticket(), add=["refund", "billing"], actor=make_agent())
        first, second = ticket.tags.all()

        assert list(self.of(f"tag={first.pk}&tag={second.pk}").apply(Ticket.objects.all())) == [ticket]

    @pytest.mark.parametrize(
        "query", ["team=99999", "team=' or 1=1 --", "priority=x", "tag=<script>", "channel=%00"]
    )
    def test_unknown_values_filter_nothing(self, query):
        ticket = make_ticket()

        assert not self.of(query)
        assert self.narrowed(query) == {ticket}

    def test_taking_one_filter_away_keeps_the_others(self):
        team = make_team("Billing")
        narrowing = self.of(f"team={team.pk}&priority=4&priority=3")

        without = {chip["value"]: chip["url"] for chip in narrowing.chips()}

        assert without["Urgent"] == f"?team={team.pk}&priority=3"
