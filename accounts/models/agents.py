"""Agents, the teams they work in, and the roles that say what they may do."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from foundation import one_trip


class Role(models.Model):
    """A named set of permissions."""

    name = models.CharField(max_length=60, unique=True)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


SIGNED_IN = """
select {columns}, array(
    select unnest(role.permissions) from accounts_role role
    join accounts_agent_roles given on given.role_id = role.id where given.agent_id = agent.id
)
from accounts_agent agent where agent.id = %s and agent.is_active
"""


class AgentManager(BaseUserManager["Agent"]):
    def get_by_natural_key(self, username: str | None) -> Agent:
        return self.get(email__iexact=(username or "").strip())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Agent:
        agent = self.model(email=email.strip().lower(), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Agent:
        agent = self.create_user(email, password, **fields)
        admin, _created = Role.objects.get_or_create(name="Admin", defaults={"permissions": list(Permission)})
        agent.roles.add(admin)
        return agent

    def active(self) -> models.QuerySet[Agent]:
        return self.filter(is_active=True)

    def signed_in(self, pk: int) -> Agent | None:
        """The active agent with what their roles let them do: every request begins with this one statement."""
        rows = one_trip.ask((SIGNED_IN.format(columns=one_trip.columns(self.model, "agent")), [pk]))[0]
        if not rows:
            return None
        agent = one_trip.instance(self.model, rows[0])
        agent.permissions = frozenset(rows[0][-1])
        return agent


class Agent(AbstractBaseUser):
    """Somebody who works tickets. Signs in by email; may do what the union of their roles says."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Like my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("email address"))
    name = models.CharField(max_length=120)
    # What customers see. The real name stays inside the desk where an alias is set.
    alias = models.CharField(max_length=120, blank=True)
    signature = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_available = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=60, default="UTC")
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    shortcuts_on = models.BooleanField(default=True)
    # What the desk mails to them.
    mail_when_assigned = models.BooleanField(default=True, db_default=True)
    mail_when_answered = models.BooleanField(default=True, db_default=True)
    # Part of what a session is checked against: who was let go and comes back begins anew.
    times_shut_out = models.PositiveIntegerField(default=0, db_default=0)
    teams = models.ManyToManyField(Team, through="Membership", related_name="agents")
    roles = models.ManyToManyField(Role, related_name="agents", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_agent_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def public_name(self) -> str:
        return self.alias or self.name

    @property
    def as_actor(self) -> tuple[int, str]:
        """How the audit trail names this agent."""
        return self.pk, self.name

    @cached_property
    def permissions(self) -> frozenset[str]:
        granted = self.roles.values_list("permissions", flat=True)
        return frozenset(permission for role in granted for permission in role)

    @cached_property
    def team_ids(self) -> frozenset[int]:
        return frozenset(Membership.objects.filter(agent=self).values_list("team_id", flat=True))

    def can(self, permission: str) -> bool:
        return self.is_active and permission in self.permissions

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What Django keeps in a session and compares at every request, live sockets too."""
        kept = f"{self.password}:{self.times_shut_out}"
        return salted_hmac("accounts.Agent.session", kept, secret=secret, algorithm="sha256").hexdigest()

    # Django's own admin asks these; it is for operators, who manage settings.

    @property
    def is_staff(self) -> bool:
        return self.can(Permission.SETTINGS_MANAGE)

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Membership(models.Model):
    agent = models.ForeignKey(Agent, models.CASCADE)
    team = models.ForeignKey(Team, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "team"], name="once_in_a_team")]

    def __str__(self) -> str:
        return f"{self.agent} in {self.team}"
