"""What an agent may do: one flat list of dotted names, and the roles a new desk starts with."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(TextChoices):
    """Each name reads as a sentence about an agent: "may … "."""

    TICKETS_READ_ALL = "tickets.read_all", _("see every ticket, not only those of their teams")
    TICKETS_REPLY = "tickets.reply", _("answer customers")
    TICKETS_NOTE = "tickets.note", _("write internal notes")
    TICKETS_ASSIGN = "tickets.assign", _("give tickets to people and teams")
    TICKETS_CHANGE = "tickets.change", _("change status, priority and tags")
    TICKETS_DELETE = "tickets.delete", _("move tickets to the trash and back")
    CUSTOMERS_READ = "customers.read", _("see the people page of a customer")
    CUSTOMERS_EDIT = "customers.edit", _("edit, block and merge customers")
    INBOXES_MANAGE = "inboxes.manage", _("set up inboxes")
    QUARANTINE_MANAGE = "quarantine.manage", _("release or discard held messages")
    AGENTS_MANAGE = "agents.manage", _("invite people and give them roles")
    SETTINGS_MANAGE = "settings.manage", _("change the desk's settings")
    AUDIT_READ = "audit.read", _("read who changed which setting")
    REPORTS_READ = "reports.read", _("read reports")


_WORK = {
    Permission.TICKETS_REPLY,
    Permission.TICKETS_NOTE,
    Permission.TICKETS_ASSIGN,
    Permission.TICKETS_CHANGE,
    Permission.CUSTOMERS_READ,
    Permission.CUSTOMERS_EDIT,
}

# The roles of a new desk. An admin may change them or add others.
STOCK_ROLES: dict[str, set[Permission]] = {
    "Admin": set(Permission),
    "Manager": _WORK
    | {
        Permission.TICKETS_READ_ALL,
        Permission.TICKETS_DELETE,
        Permission.QUARANTINE_MANAGE,
        Permission.REPORTS_READ,
    },
    "Agent": _WORK | {Permission.TICKETS_READ_ALL},
    "Team agent": _WORK,
    "Light agent": {Permission.TICKETS_READ_ALL, Permission.TICKETS_NOTE, Permission.CUSTOMERS_READ},
    "Observer": {Permission.TICKETS_READ_ALL, Permission.CUSTOMERS_READ},
}
