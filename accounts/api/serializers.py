"""Customers as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Customer
from foundation.rest import StrictSerializer


class CustomerOut(serializers.ModelSerializer[Customer]):
    identities = serializers.SerializerMethodField()
    organization = serializers.CharField(source="organization.name", default=None)

    class Meta:
        model = Customer
        fields = [
            "id",
            "name",
            "identities",
            "organization",
            "language",
            "time_zone",
            "is_vip",
            "notes",
            "blocked_at",
            "created_at",
        ]
        read_only_fields = fields

    def get_identities(self, customer: Customer) -> list[dict[str, Any]]:
        return [
            {"kind": identity.kind, "value": identity.value, "verified": identity.verified_at is not None}
            for identity in customer.identities.all()
        ]


class CustomerIn(StrictSerializer):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=160, required=False, default="")


class CustomerChange(StrictSerializer):
    name = serializers.CharField(max_length=160, required=False)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    is_vip = serializers.BooleanField(required=False)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
