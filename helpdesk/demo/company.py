"""The company that the demo desk belongs to: brands, teams, colleagues, customers, inboxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts import customers
from accounts.demo import PASSWORD
from accounts.models import (
    Agent,
    Brand,
    Customer,
    CustomerIdentity,
    Membership,
    Organization,
    OrganizationDomain,
    Role,
    Team,
)
from channels_inbox.models import Inbox
from foundation import desk
from helpdesk.demo.people import COLLEAGUES, CUSTOMERS, ORGANIZATIONS, SHOP, SUPPORT, TEAMS, Person
from tickets.models.ticket import NUMBER_SEQUENCE

FIRST_NUMBER = 4701
KNOWN_SINCE = timedelta(days=400)


@dataclass(slots=True)
class Company:
    agents: dict[str, Agent] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    brands: dict[str, Brand] = field(default_factory=dict)
    mailboxes: dict[str, Inbox] = field(default_factory=dict)  # by brand
    form: Inbox | None = None


def found(at: datetime) -> Company:
    """Make all of it. Needs an empty desk, with the roles a new one starts with."""
    company = Company()
    desk.change(None, name="Northwind Support")
    _name_brands(company)
    _hire(company)
    _meet_customers(company, at)
    _open_inboxes(company, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, %s, false)", [NUMBER_SEQUENCE, FIRST_NUMBER])
    return company


def _name_brands(company: Company) -> None:
    main = Brand.objects.get(is_default=True)
    main.name, main.slug, main.signature = "Northwind", "northwind", "Northwind Bookings · Göteborg"
    main.save()
    shop = Brand.objects.create(
        name="Fjordlight", slug="fjordlight", signature="Fjordlight · Lamps from the north"
    )
    company.brands = {brand.name: brand for brand in (main, shop)}


def _hire(company: Company) -> None:
    company.teams = {
        name: Team.objects.create(name=name, description=description) for name, description in TEAMS.items()
    }
    roles = {role.name: role for role in Role.objects.all()}
    password = make_password(PASSWORD)  # once: it is meant to take long
    for colleague in COLLEAGUES:
        agent = Agent.objects.create(
            email=colleague.email,
            password=password,
            name=colleague.name,
            time_zone=colleague.zone,
            is_active=colleague.is_active,
            is_available=colleague.is_available,
            signature=f"Kind regards\n{colleague.name}",
        )
        agent.roles.add(roles[colleague.role])
        Membership.objects.bulk_create(
            Membership(agent=agent, team=company.teams[name]) for name in colleague.teams
        )
        company.agents[colleague.key] = agent


def _meet_customers(company: Company, at: datetime) -> None:
    for domain, name in ORGANIZATIONS.items():
        organization = Organization.objects.create(name=name)
        OrganizationDomain.objects.create(organization=organization, domain=domain)
    people = customers.identify_all([(person.email, person.name) for person in CUSTOMERS])
    for number, (person, customer) in enumerate(zip(CUSTOMERS, people, strict=True)):
        _introduce(person, customer)
        met = at - KNOWN_SINCE + timedelta(days=number * 7, minutes=number * 37)
        Customer.objects.filter(pk=customer.pk).update(created_at=met)
        CustomerIdentity.objects.filter(customer=customer).update(created_at=met, verified_at=met)
        company.customers[person.key] = customer


def _introduce(person: Person, customer: Customer) -> None:
    customer.language, customer.time_zone = person.language, person.zone
    customer.is_vip, customer.notes = person.is_vip, person.notes
    customer.save()


def _open_inboxes(company: Company, at: datetime) -> None:
    northwind, fjordlight = company.brands["Northwind"], company.brands["Fjordlight"]
    company.mailboxes = {
        "Northwind": _mailbox("Support", SUPPORT, northwind, company.teams["Support"], ["billing@demo.test"]),
        "Fjordlight": _mailbox("Fjordlight", SHOP, fjordlight, company.teams["Shop"], []),
    }
    company.form = Inbox.objects.create(
        kind="form",
        name="Web form",
        address=f"form:{northwind.slug}",
        brand=northwind,
        team=company.teams["Support"],
        settings={
            "title": "How can we help?",
            "intro": "We answer on working days, usually within two hours.",
        },
    )
    old = _mailbox("Old sales address", "sales@demo.test", northwind, company.teams["Support"], [])
    Inbox.objects.filter(pk=old.pk).update(is_active=False, created_at=at - KNOWN_SINCE)


def _mailbox(name: str, address: str, brand: Brand, team: Team, aliases: list[str]) -> Inbox:
    """An inbox on the demo desk's own mail servers."""
    here = {"host": "127.0.0.1", "security": "none", "user": address}
    ways = {"imap": settings.DEMO_IMAP_PORT, "smtp": settings.DEMO_SMTP_PORT}
    wires = {f"{way}_{field}": value for way in ways for field, value in here.items()}
    ports = {f"{way}_port": port for way, port in ways.items()}
    return Inbox.objects.create(
        kind="email",
        name=name,
        address=address,
        aliases=aliases,
        brand=brand,
        team=team,
        settings={
            **wires,
            **ports,
            "imap_folders": ["INBOX"],
            "import_days": 3,
            "after_fetch": "seen",
            "move_to": "",
        },
        credentials={"imap_password": PASSWORD, "smtp_password": PASSWORD},
    )
