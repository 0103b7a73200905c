"""For whom a text is: everybody, one brand, one inbox; in every language or in one. The narrowest counts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Brand
from channels_inbox.mail_texts.catalogue import Mail
from channels_inbox.models import Inbox, MailText
from foundation import desk


@dataclass(frozen=True, slots=True)
class Place:
    brand: Brand | None = None  # of a text that is for one brand, or of the inbox
    inbox: Inbox | None = None
    language: str = ""

    @property
    def key(self) -> str:
        """As it stands in an address: "", "brand:3" or "inbox:7"."""
        if self.inbox:
            return f"inbox:{self.inbox.pk}"
        return f"brand:{self.brand.pk}" if self.brand else ""

    @property
    def spoken(self) -> str:
        """The language in which its default is shown."""
        if self.language:
            return self.language
        known = dict(settings.LANGUAGES)
        wanted = self.brand.language if self.brand else ""
        return wanted if wanted in known else desk.settings().language

    @property
    def words(self) -> str:
        """For people: whose mails these are."""
        whose = self.inbox.name if self.inbox else self.brand.name if self.brand else _("Everybody")
        language = dict(settings.LANGUAGES).get(self.language, "")
        return f"{whose} · {language}" if language else whose

    def own(self, mail: Mail) -> QuerySet[MailText]:
        """The text for exactly this place, if there is one."""
        return MailText.objects.filter(
            kind=mail.key,
            inbox=self.inbox,
            brand=None if self.inbox else self.brand,
            language=self.language,
        )

    def candidates(self, mail: Mail) -> list[MailText]:
        """All texts that hold here, the narrowest first."""
        whose = Q(brand=None, inbox=None)
        if self.brand:
            whose |= Q(brand=self.brand)
        if self.inbox:
            whose |= Q(inbox=self.inbox)
        found = MailText.objects.filter(whose, kind=mail.key, language__in={"", self.language})
        return sorted(
            found, key=lambda each: (each.inbox_id is None, each.brand_id is None, each.language == "")
        )


def of_inbox(inbox: Inbox, language: str) -> Place:
    return Place(brand=inbox.brand, inbox=inbox, language=language)


def find(mail: Mail, key: str, language: str) -> Place | None:
    """The place that an address names; None where there is none such for this mail."""
    language = language if language in dict(settings.LANGUAGES) else ""
    if not key:
        return Place(language=language)
    kind, _colon, pk = key.partition(":")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    if kind == "brand" and mail.per_brand:
        brand = Brand.objects.filter(pk=pk).first()
        return Place(brand=brand, language=language) if brand else None
    if kind == "inbox" and mail.per_inbox:
        inbox = Inbox.objects.select_related("brand").filter(pk=pk).first()
        return of_inbox(inbox, language) if inbox else None
    return None


def offered(mail: Mail) -> list[tuple[str, str]]:
    """What can be chosen for this mail: keys and names, each inbox below its brand."""
    found = [("", _("Everybody"))]
    if not mail.per_brand:
        return found
    inboxes = list(Inbox.objects.order_by("name")) if mail.per_inbox else []
    for brand in Brand.objects.order_by("name"):
        found.append((f"brand:{brand.pk}", brand.name))
        found += [
            (f"inbox:{inbox.pk}", f"{brand.name} › {inbox.name}")
            for inbox in inboxes
            if inbox.brand_id == brand.pk
        ]
    return found
