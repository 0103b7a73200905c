"""What the caps held back lately, inbox by inbox: for the page on which people see how each one is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_inbox.loop_caps import DAY, HOUR
from channels_inbox.models import Reflex

# So many within an hour are no accident.
A_STORM = 10


@dataclass(frozen=True, slots=True)
class HeldBack:
    within_a_day: int = 0
    within_an_hour: int = 0
    most_of: str = ""  # the correspondent for whom most of it was, within the day

    @property
    def is_storm(self) -> bool:
        return self.within_an_hour >= A_STORM

    @property
    def words(self) -> str:
        return _("A storm of mail: two machines may be answering each other")

    @property
    def more(self) -> str:
        sentence = ngettext(
            "%(count)d automatic mail or reopening was held back within the hour, most for %(address)s.",
            "%(count)d automatic mails or reopenings were held back within the hour, most for %(address)s.",
            self.within_an_hour,
        )
        return sentence % {"count": self.within_an_hour, "address": self.most_of}


NOTHING = HeldBack()


def held_back(*, at: datetime) -> dict[int, HeldBack]:
    """By inbox. Each correspondent counts for itself first, so that the worst one can be named."""
    rows = Reflex.objects.exclude(held_by="").filter(at__gt=at - DAY).order_by()
    grouped = rows.values_list("inbox", "correspondent").annotate(
        day=Count("pk"), hour=Count("pk", filter=Q(at__gt=at - HOUR))
    )
    found: dict[int, HeldBack] = {}
    for inbox, correspondent, day, hour in sorted(grouped, key=lambda row: row[2]):
        before = found.get(inbox, NOTHING)
        found[inbox] = HeldBack(before.within_a_day + day, before.within_an_hour + hour, correspondent)
    return found
