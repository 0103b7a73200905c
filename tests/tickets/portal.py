"""Customers in a browser, for tests of the portal."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client

from accounts import portal_sessions
from accounts.models import Customer


def customer_client(customer: Customer, *, only: int | None = None) -> Client:
    """A browser in which this customer is known: for all their requests, or for only one."""
    response = HttpResponse()
    portal_sessions.begin(HttpRequest(), response, customer=customer, ticket_number=only)
    client = Client()
    client.cookies[settings.PORTAL_COOKIE_NAME] = response.cookies[settings.PORTAL_COOKIE_NAME].value
    return client
