"""Questions asked together, querysets compiled once, and models made of plain rows."""

import pytest
from django.db.models import QuerySet

from accounts.models import Agent, Customer, Organization
from foundation import one_trip
from tests.make import make_agent, make_ticket
from tickets.models import Message, Ticket
from tickets.models.ticket import Sight
from tickets.services.replies import add_note

pytestmark = pytest.mark.django_db


def test_the_answers_come_in_the_order_of_the_questions_and_cost_one_trip(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = one_trip.ask(("select %s", ["a;b 'c' %"]), one_trip.NOTHING, ("select %(n)s, 2", {"n": 1}))

    assert found == [[("a;b 'c' %",)], [], [(1, 2)]]


def test_a_failing_question_fails_all():
    with pytest.raises(Exception, match="division by zero"):
        one_trip.ask(("select 1", ()), ("select 1 / %s", [0]))


def customers(name: str, pk: int) -> QuerySet[Customer]:
    return Customer.objects.filter(name=name, pk=pk)


def test_a_kept_question_is_that_of_its_queryset_whatever_the_number():
    for pk in (1, 7, 2**40):
        for name in ("Ana", "100% Ana's"):
            sql, parameters = one_trip.kept(customers, name, pk)
            assert (sql, tuple(parameters)) == customers(name, pk).query.sql_with_params()


def test_a_kept_question_of_nothing_finds_nothing():
    assert one_trip.ask(one_trip.kept(lambda _key, pk: Customer.objects.none(), "none", 1)) == [[]]


@pytest.mark.parametrize("model", [Agent, Customer, Message, Ticket])
def test_a_model_of_a_row_is_the_one_that_django_makes(model, ticket_of_all_kinds):
    for usual in model.objects.all():
        table, columns = model._meta.db_table, one_trip.columns(model, "it")
        rows = one_trip.ask((f"select {columns}, 'more' from {table} it where id = %s", [usual.pk]))[0]
        made = one_trip.instance(model, rows[0])

        assert made == usual
        assert state(made) == state(usual)
        assert rows[0][-1] == "more"


def state(model):
    return {name: value for name, value in vars(model).items() if name != "_state"}


def test_models_beside_each_other_are_told_apart(ticket_of_all_kinds):
    joined = ((Ticket, ""), (Customer, "requester"), (Organization, "requester__organization"))
    question = one_trip.kept(
        lambda _key, pk: Ticket.objects.filter(pk=pk).values_list(*one_trip.fields(joined)),
        "joined",
        ticket_of_all_kinds.pk,
    )

    ticket, customer, organization = one_trip.instances(joined, one_trip.ask(question)[0][0])

    assert state(ticket) == state(Ticket.objects.get())
    assert customer == ticket_of_all_kinds.requester
    assert organization is None


@pytest.fixture
def ticket_of_all_kinds():
    ticket = make_ticket()
    add_note(ticket=ticket, author=make_agent(), html="<p>Look</p>")
    return Ticket.objects.get(pk=ticket.pk)


def test_nobody_sees_what_they_may_not_by_a_kept_question(ticket_of_all_kinds):
    def seen(sight: Sight, pk: int) -> QuerySet[Ticket]:
        return Ticket.objects.within(sight).filter(pk=pk).values_list("pk")

    stranger = Sight(teams=frozenset(), agent=make_agent().pk)
    for sight, found in ((Sight(everything=True), 1), (stranger, 0), (Sight(), 0)):
        assert len(one_trip.ask(one_trip.kept(seen, sight, ticket_of_all_kinds.pk))[0]) == found
