"""The mail providers there are: one import and one line each."""

from __future__ import annotations

from channels_inbox.email.providers.mailgun import Mailgun
from channels_inbox.email.providers.mailjet import Mailjet
from channels_inbox.email.providers.postmark import Postmark
from channels_inbox.email.providers.provider import Provider
from channels_inbox.email.providers.sendgrid import SendGrid
from channels_inbox.email.providers.ses import AmazonSES

PROVIDERS: dict[str, type[Provider]] = {
    provider.key: provider for provider in (AmazonSES, Mailgun, Mailjet, Postmark, SendGrid)
}
