"""A customer's tickets, for the page about that customer. People may not know of tickets, so the page asks here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import agent_of, allow
from accounts.models import Customer
from accounts.permissions import Permission
from tickets import filters
from tickets.models import Ticket

SHOWN = 20


@require_safe
@allow(Permission.CUSTOMERS_READ)
def tickets_of_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Those this agent sees, the latest first; a part of the page, or without JavaScript a page of its own."""
    customer = get_object_or_404(Customer.objects.present().with_identities(), pk=pk)
    visible = Ticket.objects.visible_to(agent_of(request)).of(customer).present()
    page = filters.page_of(
        visible.select_related("status", "assignee"),
        before=filters.Place.parse(request.GET.get("before", "")),
        size=SHOWN,
    )
    part = "tickets/_of_customer.html" if request.htmx else "tickets/of_customer.html"  # type: ignore[attr-defined]
    return render(request, part, {"customer": customer, "page": page, "nav_place": "people"})
