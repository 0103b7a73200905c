"""An admin's own words for a mail that the desk writes itself. What is not here has its default."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Brand
from channels_inbox.models.inbox import Inbox


class MailText(models.Model):
    """For everybody, for one brand or for one inbox; in every language ("") or in one."""

    kind = models.CharField(max_length=40)  # a key of channels_inbox.mail_texts.catalogue
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, blank=True, related_name="mail_texts")
    inbox = models.ForeignKey(Inbox, models.CASCADE, null=True, blank=True, related_name="mail_texts")
    language = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "brand", "inbox", "language"],
                name="one_text_per_mail_and_place",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(brand=None) | Q(inbox=None), name="mail_text_of_brand_or_inbox"
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.kind, str(self.inbox or self.brand or ""), self.language]))
