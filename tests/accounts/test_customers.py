"""Who is writing: customers with many addresses, and organizations that are known by their domains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import customers, organizations
from accounts.models import Customer, CustomerIdentity, Organization, OrganizationDomain
from accounts.organizations import DomainRefused
from foundation.models import AuditEntry
from tests.make import make_agent, make_customer

pytestmark = pytest.mark.django_db


def organization(name="Fjordworks", *domains):
    made = Organization.objects.create(name=name)
    for domain in domains:
        OrganizationDomain.objects.create(organization=made, domain=domain)
    return made


def change(firm, *domains):
    organizations.change_domains(firm, domains=domains, actor=(None, "test"))


def test_an_address_is_one_customer_whatever_its_capitals_and_blanks():
    first = customers.identify(email="Elena@Example.org", name="Elena")

    assert customers.identify(email="  elena@example.ORG ") == first
    assert first.identities.get().value == "elena@example.org"


def test_a_customer_is_known_by_each_of_their_addresses():
    elena = make_customer(email="elena@example.org")
    CustomerIdentity.objects.create(customer=elena, kind="email", value="elena@work.example")

    assert customers.identify(email="elena@work.example") == elena


def test_no_address_belongs_to_two():
    make_customer(email="elena@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerIdentity.objects.create(customer=make_customer(), kind="email", value="elena@example.org")


def test_a_name_is_learned_once_and_never_overwritten_by_a_sender():
    nameless = customers.identify(email="elena@example.org")
    customers.identify(email="elena@example.org", name="Elena Lindqvist")
    customers.identify(email="elena@example.org", name="Somebody Else")

    nameless.refresh_from_db()
    assert nameless.name == "Elena Lindqvist"


@pytest.mark.django_db(transaction=True)
def test_many_mails_at_once_from_a_new_address_make_one_customer():
    def arrive(n: int) -> int:
        try:
            return customers.identify(email="new@example.org", name=f"Name {n}").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(arrive, range(16)))

    assert len(found) == 1
    assert Customer.objects.count() == 1


def test_who_writes_from_a_domain_of_an_organization_belongs_to_it():
    firm = organization("Fjordworks", "fjordworks.example")

    assert customers.identify(email="elena@Fjordworks.example").organization == firm
    for stranger in ("a@example.org", "a@sub.fjordworks.example", "a@notfjordworks.example"):
        assert customers.identify(email=stranger).organization is None


def test_who_wrote_before_joins_when_the_domain_is_named_and_nobody_is_taken_away():
    firm, other = organization(), organization("Other")
    early, elsewhere = make_customer(email="early@fjordworks.example"), make_customer(email="x@else.example")
    theirs = make_customer(email="moved@fjordworks.example", organization=other)

    change(firm, "Fjordworks.example", "@fjord.example", "")

    for customer in (early, elsewhere, theirs):
        customer.refresh_from_db()
    assert (early.organization, elsewhere.organization, theirs.organization) == (firm, None, other)
    assert AuditEntry.objects.get(action="organization.changed").changes == {
        "domains": [[], ["fjord.example", "fjordworks.example"]]
    }

    change(firm)
    early.refresh_from_db()
    assert early.organization == firm
    assert not firm.domains.exists()
    assert customers.identify(email="late@fjordworks.example").organization is None


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "not a domain",
        "localhost",
        "-a.example",
        "a..example",
        "<b>.example",
        "x" * 300 + ".example",
        "1.2.3.4",
    ],
)
def test_what_says_nothing_about_whose_mail_it_is_is_refused(domain):
    firm = organization("Fjordworks", "kept.example")

    with pytest.raises(DomainRefused):
        change(firm, "kept.example", domain)

    assert list(firm.domains.values_list("domain", flat=True)) == ["kept.example"]


def test_a_domain_belongs_to_one_organization():
    organization("Other", "taken.example")

    with pytest.raises(DomainRefused, match=r"taken\.example belongs to Other already"):
        change(organization(), "taken.example")


def test_domains_are_named_on_the_organizations_page(client):
    client.force_login(make_agent())
    firm = organization()

    saved = client.post(f"/orgs/{firm.pk}/domains/", {"domains": "fjordworks.example\nfjord.example"})
    refused = client.post(f"/orgs/{firm.pk}/domains/", {"domains": "gmail.com"})

    assert saved.status_code == 302
    assert "fjord.example, fjordworks.example" in client.get(f"/orgs/{firm.pk}/").text
    assert refused.status_code == 422
    assert "Anybody can have an address at gmail.com" in refused.text


def test_an_address_is_proven_by_who_opened_its_mail_and_no_other_is():
    elena = make_customer(email="elena@example.org")
    CustomerIdentity.objects.create(customer=elena, kind="email", value="elena@work.example")

    customers.verify(elena, email="Elena@example.org")

    proven = elena.identities.exclude(verified_at=None)
    assert list(proven.values_list("value", flat=True)) == ["elena@example.org"]
