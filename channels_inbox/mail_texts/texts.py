"""Which words a mail has, and an admin's own: written, taken back, and written down who did."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import translation

from channels_inbox.mail_texts.catalogue import MAILS, Mail
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered, Values, Wording, check, fill
from channels_inbox.models import MailText
from foundation import audit

logger = logging.getLogger(__name__)


def write(key: str, place: Place, values: Values) -> Rendered:
    """The mail of this kind for this place, with these values in it.

    A stored text that does not fit its mail any more never holds a mail up: the next wider one is taken.
    """
    mail = MAILS[key]
    for row in place.candidates(mail):
        try:
            return fill(mail, Wording(row.subject, row.body), values)
        except TextRefused:
            logger.exception("The text %s does not fit its mail any more.", row)
    try:
        return fill(mail, _default_at(place, mail), values)
    except TextRefused:
        logger.exception("The default of %s in %s has lost a placeholder.", key, place.spoken)
    with translation.override(None):  # as it was written, untranslated
        return fill(mail, default(mail), values)


def default(mail: Mail) -> Wording:
    """The text that comes with the desk, in the language that is active."""
    return Wording(str(mail.subject), str(mail.body))


def is_right(mail: Mail, wording: Wording) -> bool:
    try:
        check(mail, wording)
    except TextRefused:
        return False
    return True


def shown(mail: Mail, place: Place) -> tuple[Wording, MailText | None]:
    """What holds at this place, and the stored text it comes from; None for the default."""
    for row in place.candidates(mail):
        return Wording(row.subject, row.body), row
    return _default_at(place, mail), None


def inherited(mail: Mail, place: Place) -> Wording:
    """What would hold there without a text of its own."""
    own = place.own(mail).values_list("pk", flat=True).first()
    for row in place.candidates(mail):
        if row.pk != own:
            return Wording(row.subject, row.body)
    return _default_at(place, mail)


def _default_at(place: Place, mail: Mail) -> Wording:
    with translation.override(place.spoken):
        return default(mail)


@transaction.atomic
def save(mail: Mail, place: Place, wording: Wording, *, actor: audit.Actor, ip: str | None = None) -> bool:
    """Keep an own text for this place, or drop it where it says what would hold anyway. True: something changed.

    Raises TextRefused.
    """
    check(mail, wording)
    if wording == inherited(mail, place):
        return reset(mail, place, actor=actor, ip=ip)
    row = place.own(mail).select_for_update().first()
    before = Wording(row.subject, row.body) if row else inherited(mail, place)
    if row is None:
        row = MailText(
            kind=mail.key,
            inbox=place.inbox,
            brand=None if place.inbox else place.brand,
            language=place.language,
        )
    if row.pk and before == wording:
        return False
    row.subject, row.body, row.updated_by = wording.subject, wording.body, actor[1][:200]
    row.save()
    _note(row, before, wording, actor, ip)
    return True


@transaction.atomic
def reset(mail: Mail, place: Place, *, actor: audit.Actor, ip: str | None = None) -> bool:
    """Back to what holds there without a text of its own. False: there was none."""
    row = place.own(mail).select_for_update().first()
    if row is None:
        return False
    _note(row, Wording(row.subject, row.body), inherited(mail, place), actor, ip)
    row.delete()
    return True


def _note(row: MailText, before: Wording, after: Wording, actor: audit.Actor, ip: str | None) -> None:
    changes = audit.changes_between(
        {"subject": before.subject, "body": before.body}, {"subject": after.subject, "body": after.body}
    )
    audit.record(actor=actor, action="mail_text.changed", obj=row, changes=changes, ip=ip)
