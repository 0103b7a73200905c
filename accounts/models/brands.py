"""A brand: the name under which the desk speaks to some of its customers."""

from django.db import models
from django.db.models import Q


class Brand(models.Model):
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    language = models.CharField(max_length=10, default="en")
    signature = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_brand"
            )
        ]

    def __str__(self) -> str:
        return self.name
