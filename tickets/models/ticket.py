"""The ticket: one thing a customer wants, and where it stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Brand, Customer, Organization, Team
from accounts.permissions import Permission
from tickets.models.status import ACTIVE, UNSOLVED, Category, Status

# Filled by a sequence of its own, so that numbers are short, human and never reused.
NUMBER_SEQUENCE = "ticket_number"


class Priority(models.IntegerChoices):
    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Tag(models.Model):
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="one_tag_per_name")]

    def __str__(self) -> str:
        return self.name


# The fields of a row of the list.
QUEUE_FIELDS = (
    "pk",
    "number",
    "subject",
    "snippet",
    "status_id",
    "status__name",
    "category",
    "priority",
    "channel",
    "needs_attention",
    "updated_at",
    "requester__name",
    "team__name",
    "assignee_id",
    "assignee__name",
)


class Sight(NamedTuple):
    """How far an agent sees: all that `TicketQuerySet.within` goes by, so that what it built can be kept by it."""

    everything: bool = False
    teams: frozenset[int] = frozenset()
    agent: int | None = None  # whose own tickets; None sees nothing


def sight_of(agent: Agent) -> Sight:
    """The one place where it is decided which tickets an agent may read."""
    if not agent.is_active:
        return Sight()
    if agent.can(Permission.TICKETS_READ_ALL):
        return Sight(everything=True)
    return Sight(teams=agent.team_ids, agent=agent.pk)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, agent: Agent) -> TicketQuerySet:
        """The tickets this agent may read."""
        return self.within(sight_of(agent))

    def within(self, sight: Sight) -> TicketQuerySet:
        if sight.everything:
            return self
        if sight.agent is None:
            return self.none()
        return self.filter(Q(team__in=sight.teams) | Q(assignee=sight.agent))

    def of(self, customer: Customer) -> TicketQuerySet:
        return self.filter(requester=customer)

    def present(self) -> TicketQuerySet:
        """Neither in the trash nor merged into another."""
        return self.filter(trashed_at=None, merged_into=None)

    def active(self) -> TicketQuerySet:
        """New or open: the desk has to do something."""
        return self.present().filter(category__in=ACTIVE)

    def unsolved(self) -> TicketQuerySet:
        return self.present().filter(category__in=UNSOLVED)

    def unassigned(self) -> TicketQuerySet:
        return self.filter(assignee=None)

    def assigned_to(self, agent: Agent) -> TicketQuerySet:
        return self.filter(assignee=agent)

    def for_queue(self) -> models.QuerySet[Ticket, Any]:
        """What a row of the list shows, as plain rows: making models of them would cost more than reading them.

        tickets.reading.marks_of adds what is the reader's own.
        """
        return self.values_list(*QUEUE_FIELDS, named=True)


_PRESENT = Q(trashed_at=None, merged_into=None)


class Ticket(models.Model):
    number = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(Value(NUMBER_SEQUENCE), function="nextval")
    )
    subject = models.CharField(max_length=250)
    requester = models.ForeignKey(Customer, models.PROTECT, related_name="tickets")
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, blank=True)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="tickets", db_index=False
    )
    assignee = models.ForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="tickets", db_index=False
    )
    status = models.ForeignKey(Status, models.PROTECT, default="new", db_column="status", db_index=False)
    # The status's category once more, so that the lists' indexes can stand on it. Written by services.workflow.
    category = models.CharField(max_length=10, choices=Category.choices, default=Category.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    type = models.CharField(max_length=20, default="question")
    channel = models.CharField(max_length=20)  # of the first message
    language = models.CharField(max_length=10, blank=True)
    tags = models.ManyToManyField(Tag, related_name="tickets", blank=True)

    snippet = models.CharField(max_length=160, blank=True)  # of the last public message
    needs_attention = models.CharField(max_length=200, blank=True)  # why, in words: a send failed, …
    follow_up_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)  # rises with every change of a property

    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())  # the last message or change that people care about
    waiting_since = models.DateTimeField(
        null=True, blank=True
    )  # the oldest customer message without an answer
    first_replied_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            # One index per list, in the list's own order; `id` breaks ties for keyset paging.
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_active",
                condition=_PRESENT & Q(category__in=[str(c) for c in ACTIVE]),
            ),
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_unassigned",
                condition=_PRESENT & Q(category__in=[str(c) for c in ACTIVE], assignee=None),
            ),
            models.Index(
                F("assignee"),
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_of_assignee",
                condition=_PRESENT & Q(category__in=[str(c) for c in UNSOLVED]),
            ),
            models.Index(
                F("team"),
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_of_team",
                condition=_PRESENT & Q(category__in=[str(c) for c in UNSOLVED]),
            ),
            models.Index(F("updated_at").desc(), F("id").desc(), name="ticket_present", condition=_PRESENT),
            models.Index(
                F("category"),
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_by_category",
                condition=_PRESENT,
            ),
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_needs_attention",
                condition=_PRESENT & ~Q(needs_attention=""),
            ),
            models.Index(F("requester"), F("updated_at").desc(), name="ticket_of_requester"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:ticket", args=[self.number])

    @property
    def is_unsolved(self) -> bool:
        return self.category in UNSOLVED

    @property
    def is_closed(self) -> bool:
        return self.category == Category.CLOSED
