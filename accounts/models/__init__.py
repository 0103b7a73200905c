from accounts.models.access import ApiToken, IdempotentRequest
from accounts.models.agents import Agent, Membership, Role, Team
from accounts.models.brands import Brand
from accounts.models.customers import Customer, CustomerIdentity, Organization, OrganizationDomain
from accounts.models.sessions import CustomerSession, MagicLink

__all__ = [
    "Agent",
    "ApiToken",
    "Brand",
    "Customer",
    "CustomerIdentity",
    "CustomerSession",
    "IdempotentRequest",
    "MagicLink",
    "Membership",
    "Organization",
    "OrganizationDomain",
    "Role",
    "Team",
]
