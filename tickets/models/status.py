"""Statuses. Admins may name and add them, but each stands in one of six fixed categories that the desk reasons with."""

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    ON_HOLD = "on_hold", _("On hold")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")


# Somebody at the desk has to do something.
ACTIVE = (Category.NEW, Category.OPEN)
# Not done yet: ours, the customer's or somebody else's turn.
UNSOLVED = (Category.NEW, Category.OPEN, Category.PENDING, Category.ON_HOLD)


class Status(models.Model):
    """What agents call it, what customers read, and the category it stands in."""

    key = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=60)
    customer_label = models.CharField(max_length=60)
    category = models.CharField(max_length=10, choices=Category.choices)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "key"]
        verbose_name_plural = "statuses"

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the reader's language, where it is one of the desk's own words."""
        return gettext(self.name) if self.name else ""


# A new desk starts with these: key, name, what the customer reads, category. Their words are translated when shown.
STOCK_STATUSES = (
    ("new", gettext_noop("New"), gettext_noop("Received"), Category.NEW),
    ("open", gettext_noop("Open"), gettext_noop("In progress"), Category.OPEN),
    ("pending", gettext_noop("Pending"), gettext_noop("Waiting for you"), Category.PENDING),
    ("on_hold", gettext_noop("On hold"), gettext_noop("In progress"), Category.ON_HOLD),
    ("solved", gettext_noop("Solved"), gettext_noop("Solved"), Category.SOLVED),
    ("closed", gettext_noop("Closed"), gettext_noop("Solved"), Category.CLOSED),
)
