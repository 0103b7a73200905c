"""The desk among machines that answer everything: two mails an hour for a pair at most, then visible silence."""

from __future__ import annotations

import pytest

from channels_inbox.models import InboundPayload, MessageDelivery, Reflex
from tests.make import make_role
from tests.reliability.loops import correspondents
from tests.reliability.loops.correspondents import Machine
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
ROBOT = "robot@elsewhere.test"

AUTORESPONDERS = [
    correspondents.says_so,
    correspondents.looks_like_a_person,
    correspondents.begins_anew_each_time,
    correspondents.answers_from_elsewhere,
    correspondents.answers_from_elsewhere_anew,
]
DEAD = [correspondents.bounces, correspondents.bounces_in_words, correspondents.bounces_like_a_letter]


def assert_all_is_kept() -> None:
    """Whatever was not answered is there all the same: each mail stands in a ticket or is listed with the reason."""
    assert not InboundPayload.objects.filter(state__in=InboundPayload.UNFINISHED).exists()
    assert not InboundPayload.objects.filter(state="done", ticket=None).exists()
    assert not InboundPayload.objects.filter(state="ignored", reason="").exists()
    assert not MessageDelivery.objects.filter(state="cancelled", provider_reply="").exists()


@pytest.mark.parametrize("manner", [*AUTORESPONDERS, *DEAD], ids=lambda manner: manner.__name__)
def test_security13_a_machine_that_answers_everything_hears_from_us_twice_an_hour_at_most(world, manner):
    machine = Machine(ROBOT, manner)
    world.meets(machine, Machine("cases@helpers.test", manner))
    world.writes(ROBOT)

    for _half_hour in range(4):
        world.until_it_is_quiet()
        world.agent_replies(Ticket.objects.order_by("pk").first())
        world.until_it_is_quiet()
        world.later(minutes=30)

    assert machine.answered > world.written_by_people, "it never heard from us: nothing was tried"
    assert world.most_within_an_hour() <= 2
    assert len(world.left) - len(world.automatic) == world.written_by_people
    assert_all_is_kept()


@pytest.mark.parametrize("manner", AUTORESPONDERS, ids=lambda manner: manner.__name__)
def test_security13_without_people_it_is_one_an_hour_and_five_a_day(world, manner):
    world.meets(Machine(ROBOT, manner), Machine("cases@helpers.test", manner))

    for _hour in range(9):
        world.writes(ROBOT, subject="I am at it again")
        world.until_it_is_quiet()
        world.later(hours=1)

    assert world.most_within_an_hour() == 1
    assert world.per_recipient()[ROBOT] == max(world.per_recipient().values()) == 5
    assert_all_is_kept()


def test_security13_the_windows_slide(world):
    """What counts is when the last one left, not a full hour of some clock."""
    world.writes(ROBOT)
    world.until_it_is_quiet()
    world.later(minutes=59)
    world.writes(ROBOT, subject="Second")
    world.until_it_is_quiet()
    assert len(world.left) == 1

    world.later(minutes=2)
    world.writes(ROBOT, subject="Third")
    world.until_it_is_quiet()

    assert len(world.left) == 2


def test_security13_what_was_held_back_can_be_seen(world):
    world.meets(Machine(ROBOT, correspondents.begins_anew_each_time))
    world.writes(ROBOT)

    world.until_it_is_quiet()

    first, second = Ticket.objects.order_by("pk")
    assert world.is_told(first) == ""
    assert world.is_told(second).startswith("Not sent: this address was sent one within the hour.")
    assert Reflex.objects.get(held_by="address").ticket == second
    assert MessageDelivery.objects.get(ticket=second).provider_reply == world.is_told(second)


def test_security13_another_desk_of_our_make(world, second_desk):
    """Each is a customer of the other. Both confirm, answer and send sign-in links, and neither goes on for ever."""
    world.meets(second_desk)
    world.writes(second_desk.address)
    world.until_it_is_quiet()

    for _part in range(3):
        world.agent_replies(Ticket.objects.order_by("pk").first())
        world.writes(second_desk.address, subject="Copied by hand")
        second_desk.sends_a_sign_in_link(world.inbox.address)
        world.until_it_is_quiet()
        world.later(minutes=40)

    assert world.per_recipient()[second_desk.address] >= 2, "we never confirmed: nothing was tried"
    assert world.per_recipient()[world.inbox.address] >= 3, "the other desk never wrote: nothing was tried"
    assert world.most_within_an_hour() <= 2
    assert len(world.left) - len(world.automatic) == world.written_by_people
    assert_all_is_kept()


def test_security13_our_own_addresses_write_to_each_other(world):
    """Inbox to inbox, to itself, and by an alias: kept, listed, never answered."""
    support, billing = world.inboxes
    support.aliases = ["help@desk.test"]
    support.save()
    for sender in (support.address, billing.address, "help@desk.test", "Help+t1.x@desk.test"):
        for inbox in world.inboxes:
            world.writes(sender, to=inbox.address)

    world.until_it_is_quiet()

    assert world.left == []
    assert set(InboundPayload.objects.values_list("state", "reason")) == {
        ("ignored", "It comes from an address of this desk.")
    }
    assert InboundPayload.objects.count() == 8


def test_security13_a_customer_who_forwards_our_mail_to_another_inbox_of_ours(world):
    """Unchanged, so that it bears our mark: it opens no ticket there."""
    billing = world.inboxes[1]
    world.meets(
        Machine(ROBOT, lambda machine, mail: correspondents.Answer(mail.as_bytes(), billing.address, ROBOT))
    )
    world.writes(ROBOT)
    world.until_it_is_quiet()
    world.agent_replies(Ticket.objects.get())

    world.until_it_is_quiet()

    assert len(world.left) == 2
    assert Ticket.objects.count() == 1
    assert InboundPayload.objects.filter(inbox=billing, state="ignored").count() == 2
    assert_all_is_kept()


def test_a_person_is_heard_in_the_middle_of_a_storm(world):
    """However many confirmations were held back, what an agent writes leaves."""
    for number in range(8):
        world.writes(ROBOT, subject=f"Order {number}")
    world.until_it_is_quiet()
    assert len(world.left) == 1

    for ticket in Ticket.objects.all():
        world.agent_replies(ticket)
    world.until_it_is_quiet()

    assert len(world.left) == 1 + 8
    assert not Message.objects.filter(delivery="failed").exists()


def test_security13_two_machines_behind_an_agent_and_a_customer(world):
    """Both answer everything, and neither says that it is one: what the agent's machine writes goes to the customer."""
    agent = world.agent
    agent.mail_when_answered = True
    agent.save()
    world.meets(
        Machine(ROBOT, correspondents.looks_like_a_person),
        Machine(agent.email, correspondents.looks_like_a_person),
    )
    world.writes(ROBOT)
    world.until_it_is_quiet()
    Ticket.objects.update(assignee=agent)

    for _round in range(3):
        world.writes(ROBOT, in_reply_to="", subject=f"[#{Ticket.objects.get().number}]")
        world.until_it_is_quiet()

    told = [mail for mail in world.automatic if mail.recipient == agent.email]
    assert 2 < len(told) <= 10
    assert world.turn() == 0, "it goes on"
    assert Reflex.objects.filter(kind="notification", held_by="agent").exists()
    assert_all_is_kept()


def test_security13_a_machine_behind_an_agent_whose_answers_are_held(world):
    """It is told each time that its answer was held, and answers that as well."""
    agent = world.agent
    agent.roles.set([make_role("Reader", ["tickets.read_all"])])
    agent.mail_when_answered = True
    agent.save()
    machine = Machine(agent.email, correspondents.looks_like_a_person)
    world.meets(machine)
    world.writes(ROBOT)
    world.until_it_is_quiet()
    Ticket.objects.update(assignee=agent)

    world.writes(ROBOT, subject=f"[#{Ticket.objects.get(requester__identities__value=ROBOT).number}]")
    world.until_it_is_quiet()

    assert 2 < machine.answered <= 10
    assert world.turn() == 0, "it goes on"
    assert Reflex.objects.filter(kind="notification", held_by="agent").exists()
    assert InboundPayload.objects.filter(state="quarantined").count() == machine.answered
