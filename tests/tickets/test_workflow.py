"""Moving a ticket along."""

import pytest

from tests.at_once import at_once
from tests.make import make_agent, make_team, make_ticket
from tickets import events
from tickets.errors import ChangedMeanwhile, NewerActivity, TransitionRefused
from tickets.models import Ticket
from tickets.services import replies, workflow


@pytest.mark.django_db
class TestStatus:
    def test_every_change_is_told_with_before_and_after(self):
        ticket, agent = make_ticket(), make_agent()

        workflow.change_status(ticket=ticket, status="pending", actor=agent)

        event = ticket.events.last()
        assert (event.kind, event.actor_agent) == (events.STATUS_CHANGED, agent)
        assert event.changes == {"status": ["new", "pending"]}

    def test_setting_what_is_set_tells_nothing(self):
        ticket = make_ticket(status="open")
        before = ticket.events.count()

        workflow.change_status(ticket=ticket, status="open", actor=make_agent())

        assert ticket.events.count() == before

    def test_a_closed_ticket_stays_closed(self):
        with pytest.raises(TransitionRefused, match="stays closed"):
            workflow.change_status(ticket=make_ticket(status="closed"), status="open", actor=make_agent())

    def test_nothing_becomes_new_again(self):
        with pytest.raises(TransitionRefused, match="New"):
            workflow.change_status(ticket=make_ticket(status="open"), status="new", actor=make_agent())

    def test_an_unknown_status_is_refused(self):
        with pytest.raises(TransitionRefused):
            workflow.change_status(ticket=make_ticket(), status="no-such", actor=make_agent())

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self):
        ticket, agent = make_ticket(status="open"), make_agent()
        workflow.change_status(ticket=ticket, status="pending", actor=agent, was="open")

        with pytest.raises(ChangedMeanwhile) as refusal:
            workflow.change_status(ticket=ticket, status="solved", actor=make_agent(), was="open")

        assert refusal.value.current == "pending"


@pytest.mark.django_db
class TestPeople:
    def test_an_assignment_names_both_and_keeps_their_ids(self):
        ticket, first, second = make_ticket(), make_agent(name="Ana"), make_agent(name="Ben")
        workflow.assign(ticket=ticket, assignee=first, actor=first)

        workflow.assign(ticket=ticket, assignee=second, actor=first)

        assert ticket.events.last().changes == {
            "assignee": ["Ana", "Ben"],
            "assignee_id": [first.pk, second.pk],
        }

    def test_who_has_left_is_given_nothing(self):
        gone = make_agent(is_active=False)

        with pytest.raises(TransitionRefused):
            workflow.assign(ticket=make_ticket(), assignee=gone, actor=make_agent())

    def test_a_ticket_moves_to_another_team(self):
        ticket = make_ticket(team="Support")

        workflow.move_to_team(ticket=ticket, team=make_team("Billing"), actor=make_agent())

        assert ticket.team.name == "Billing"


@pytest.mark.django_db
class TestTags:
    def test_tags_are_tidied_and_made(self):
        ticket = make_ticket()

        workflow.tag(ticket=ticket, add=[" Refund ", "refund", "VIP"], actor=make_agent())

        assert [tag.name for tag in ticket.tags.all()] == ["refund", "vip"]
        assert ticket.events.last().changes == {"tags": [[], ["refund", "vip"]]}

    def test_adding_and_removing_is_one_event(self):
        ticket, agent = make_ticket(), make_agent()
        workflow.tag(ticket=ticket, add=["a"], actor=agent)

        workflow.tag(ticket=ticket, add=["b"], remove=["a"], actor=agent)

        assert ticket.events.last().changes == {"tags": [["a"], ["b"]]}


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_fault46_one_of_two_agents_wins_and_the_other_is_told(self):
        agents = [make_agent(), make_agent()]
        for _round in range(10):
            ticket = make_ticket(status="open")

            def take(agent, pk=ticket.pk):
                return workflow.assign(
                    ticket=Ticket.objects.get(pk=pk), assignee=agent, actor=agent, was=None
                )

            results = at_once(*[lambda a=agent: take(a) for agent in agents])

            assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 1
            assert ticket.events.filter(kind=events.ASSIGNEE_CHANGED).count() == 1

    def test_fault46_different_properties_changed_at_once_are_all_kept(self):
        agent, team = make_agent(), make_team("Billing")
        for _round in range(10):
            ticket = make_ticket(status="open")

            def fresh(pk=ticket.pk):
                return Ticket.objects.get(pk=pk)

            at_once(
                lambda f=fresh: workflow.assign(ticket=f(), assignee=agent, actor=agent),
                lambda f=fresh: workflow.move_to_team(ticket=f(), team=team, actor=agent),
                lambda f=fresh: workflow.change_priority(ticket=f(), priority=4, actor=agent),
                lambda f=fresh: workflow.change_status(ticket=f(), status="pending", actor=agent),
            )

            ticket.refresh_from_db()
            assert (ticket.assignee, ticket.team, ticket.priority, ticket.status_id) == (
                agent,
                team,
                4,
                "pending",
            )
            assert ticket.version == 5

    def test_fault46_a_doubled_send_makes_one_message(self):
        agent = make_agent()
        for serial in range(10):
            ticket = make_ticket()

            def send(pk=ticket.pk, key=f"form-{serial}"):
                return replies.post_reply(
                    ticket=Ticket.objects.get(pk=pk), author=agent, html="<p>Hello</p>", client_key=key
                )

            first, second = at_once(send, send)

            assert first == second
            assert ticket.messages.filter(direction="out").count() == 1

    def test_fault46_of_two_replies_at_once_the_second_is_shown_the_first(self):
        agents = [make_agent(), make_agent()]
        for _round in range(10):
            ticket = make_ticket()
            seen = ticket.events.last().pk

            def send(agent, pk=ticket.pk, seen=seen):
                return replies.post_reply(
                    ticket=Ticket.objects.get(pk=pk), author=agent, html="<p>Hello</p>", last_seen_event=seen
                )

            results = at_once(*[lambda a=agent: send(a) for agent in agents])

            assert sum(isinstance(result, NewerActivity) for result in results) == 1
            assert ticket.messages.filter(direction="out").count() == 1
