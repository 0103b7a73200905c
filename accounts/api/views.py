"""Customers over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import customers
from accounts.access import demand
from accounts.api.idempotency import IdempotentPosts
from accounts.api.scopes import HasScope, Scope
from accounts.api.serializers import CustomerChange, CustomerIn, CustomerOut
from accounts.models import Customer
from accounts.permissions import Permission
from foundation.rest import NewestFirst


class CustomerViews(
    IdempotentPosts,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Customer],
):
    serializer_class = CustomerOut
    permission_classes = [HasScope]
    read_scope, write_scope = Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE
    pagination_class = NewestFirst
    lookup_value_regex = "[0-9]+"
    queryset = Customer.objects.none()

    def get_queryset(self) -> QuerySet[Customer]:
        demand(self.request.user, Permission.CUSTOMERS_READ)  # type: ignore[arg-type]
        found = Customer.objects.present().with_identities()
        if email := self.request.query_params.get("email"):
            wanted = customers.normalise(customers.EMAIL, email)
            found = found.filter(identities__kind=customers.EMAIL, identities__value=wanted)
        return found

    @extend_schema(
        parameters=[OpenApiParameter("email", str, description="Only the customer with this address.")]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=CustomerIn, responses={201: CustomerOut})
    def create(self, request: Request) -> Response:
        """The customer with this address; made where there is none yet."""
        demand(request.user, Permission.CUSTOMERS_EDIT)  # type: ignore[arg-type]
        given = CustomerIn(data=request.data)
        given.is_valid(raise_exception=True)
        customer = customers.identify(**given.validated_data)
        return Response(CustomerOut(customer).data, status=201)

    @extend_schema(request=CustomerChange, responses=CustomerOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        demand(request.user, Permission.CUSTOMERS_EDIT)  # type: ignore[arg-type]
        given = CustomerChange(data=request.data)
        given.is_valid(raise_exception=True)
        customer = customers.change(self.get_object(), actor=request.user.as_actor, **given.validated_data)  # type: ignore[union-attr]
        return Response(CustomerOut(customer).data)
