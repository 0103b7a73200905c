"""Customers and their organizations, as agents see them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import customers, organizations
from accounts.access import agent_of, allow
from accounts.forms import CustomerForm, DomainsForm, NotesForm
from accounts.models import Customer, Organization
from accounts.paging import newest_first
from accounts.permissions import Permission
from foundation.errors import HelpdeskError


@require_safe
@allow(Permission.CUSTOMERS_READ)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who ever wrote, newest first; `q` looks for a part of a name or an address."""
    words = request.GET.get("q", "").strip()[:100]
    found = Customer.objects.present().matching(words).with_identities()
    context = {"nav_place": "people", "words": words, "page": newest_first(found, request)}
    return render(request, "accounts/people.html", context)


def _customer(pk: int) -> Customer:
    return get_object_or_404(Customer.objects.present().with_identities(), pk=pk)


@require_safe
@allow(Permission.CUSTOMERS_READ)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return _person(request, _customer(pk))


def _person(
    request: HttpRequest,
    customer: Customer,
    *,
    details: CustomerForm | None = None,
    notes: NotesForm | None = None,
) -> HttpResponse:
    wrong = details or notes
    context = {
        "nav_place": "people",
        "customer": customer,
        "may_edit": agent_of(request).can(Permission.CUSTOMERS_EDIT),
        "details": details or CustomerForm(about=customer),
        "notes": notes or NotesForm(about=customer),
        "notes_url": reverse("accounts:save_notes", args=[customer.pk]),
        "wrong": wrong,
    }
    return render(request, "accounts/person.html", context, status=422 if wrong else 200)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def save_details(request: HttpRequest, pk: int) -> HttpResponse:
    customer, actor = _customer(pk), agent_of(request).as_actor
    form = CustomerForm(request.POST, about=customer)
    if not form.is_valid():
        return _person(request, customer, details=form)
    values = form.cleaned_data
    values["organization"] = organizations.called(values["organization"], actor=actor)
    customers.change(customer, actor=actor, **values)
    return _saved(request, customer)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def save_notes(request: HttpRequest, pk: int) -> HttpResponse:
    customer = _customer(pk)
    form = NotesForm(request.POST, about=customer)
    if not form.is_valid():
        return _person(request, customer, notes=form)
    customers.change(customer, actor=agent_of(request).as_actor, **form.cleaned_data)
    return _saved(request, customer)


def _saved(request: HttpRequest, customer: Customer) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("accounts:person", customer.pk)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def block(request: HttpRequest, pk: int) -> HttpResponse:
    customer = _customer(pk)
    customers.block(customer, actor=agent_of(request).as_actor)
    messages.success(request, _("Blocked. What they send is kept, but no longer becomes a ticket."))
    return redirect("accounts:person", pk)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    customers.unblock(_customer(pk), actor=agent_of(request).as_actor)
    messages.success(request, _("No longer blocked."))
    return redirect("accounts:person", pk)


@require_safe
@allow(Permission.CUSTOMERS_READ)
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    return _organization(request, get_object_or_404(Organization, pk=pk))


def _organization(
    request: HttpRequest,
    organization: Organization,
    *,
    notes: NotesForm | None = None,
    domains: DomainsForm | None = None,
) -> HttpResponse:
    members = organization.customers.present().with_identities()
    known = list(organization.domains.order_by("domain").values_list("domain", flat=True))
    wrong = notes or domains
    context = {
        "nav_place": "people",
        "organization": organization,
        "domains": known,
        "domains_form": domains or DomainsForm(initial={"domains": "\n".join(known)}),
        "page": newest_first(members, request),
        "may_edit": agent_of(request).can(Permission.CUSTOMERS_EDIT),
        "notes": notes or NotesForm(about=organization),
        "notes_url": reverse("accounts:save_organization_notes", args=[organization.pk]),
        "wrong": wrong,
    }
    return render(request, "accounts/organization.html", context, status=422 if wrong else 200)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def save_organization_notes(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization, pk=pk)
    form = NotesForm(request.POST, about=organization)
    if not form.is_valid():
        return _organization(request, organization, notes=form)
    organizations.change_notes(
        organization, notes=form.cleaned_data["notes"], actor=agent_of(request).as_actor
    )
    messages.success(request, _("Saved."))
    return redirect("accounts:organization", pk)


@require_POST
@allow(Permission.CUSTOMERS_EDIT)
def save_organization_domains(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization, pk=pk)
    form = DomainsForm(request.POST)
    if not form.is_valid():
        return _organization(request, organization, domains=form)
    actor = agent_of(request).as_actor
    try:
        organizations.change_domains(organization, domains=form.cleaned_data["domains"], actor=actor)
    except HelpdeskError as refused:
        form.add_error("domains", str(refused))
        return _organization(request, organization, domains=form)
    messages.success(request, _("Saved."))
    return redirect("accounts:organization", pk)
