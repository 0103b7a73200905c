"""Headers that make a provider name a mail by our id when it tells what became of it.

Mailgun, SendGrid and Amazon SES repeat our Message-ID by themselves. Postmark and Mailjet know their own ids only,
and repeat what they are given; https://postmarkapp.com/developer/user-guide/send-email-with-smtp,
https://dev.mailjet.com/smtp-relay/custom-headers/.
"""

from __future__ import annotations

from channels_inbox.email.providers.postmark import DOMAIN, LOCAL

POSTMARK_LIMIT = 80  # characters of a value


def marks(smtp_host: str, message_id: str) -> dict[str, str]:
    host = smtp_host.lower().rstrip(".")
    if host.endswith("postmarkapp.com"):
        local, _at, domain = message_id.partition("@")
        parts = {LOCAL: local, DOMAIN: domain}
        found = {f"X-PM-Metadata-{name}": part for name, part in parts.items() if len(part) <= POSTMARK_LIMIT}
        return {"X-PM-KeepID": "true", **found}
    if host.endswith("mailjet.com"):
        return {"X-MJ-CustomID": message_id}
    return {}
