"""The one known password, of the demo desk: it opens something while HELPDESK_DEMO=1, and never otherwise.

The demo only ever answers its own machine (helpdesk.loopback). Where its data is used for a real desk after all,
nobody gets in with this password, whoever still has it.
"""

from __future__ import annotations

from django.conf import settings

from accounts.models import Customer

PASSWORD = "demo"  # noqa: S105 (known to everybody)
VISITOR = "customer@demo.test"


def is_worthless(password: str) -> bool:
    """Whether this password opens nothing here, whoever has it."""
    return password == PASSWORD and not settings.DEMO


def visitor(email: str, password: str) -> Customer | None:
    """The demo's customer. Real customers have no passwords; this one lets a newcomer see both sides."""
    if not settings.DEMO or password != PASSWORD or email.strip().lower() != VISITOR:
        return None
    return Customer.objects.filter(identities__value=VISITOR).first()
