"""Mail providers for tests: each builds its calls, signs them with keys of its own, and posts them over HTTP."""

from __future__ import annotations

from tests.mail_providers.mailgun import Mailgun
from tests.mail_providers.mailjet import Mailjet
from tests.mail_providers.postmark import Postmark
from tests.mail_providers.sendgrid import SendGrid
from tests.mail_providers.ses import AmazonSES
from tests.mail_providers.simulator import Request, Simulator

__all__ = ["SIMULATORS", "AmazonSES", "Mailgun", "Mailjet", "Postmark", "Request", "SendGrid", "Simulator"]

SIMULATORS: dict[str, type[Simulator]] = {
    each.key: each for each in (AmazonSES, Mailgun, Mailjet, Postmark, SendGrid)
}
