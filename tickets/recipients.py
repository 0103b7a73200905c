"""Who gets an answer besides the customer: which addresses are right, and who may see whom.

Whoever is in Bcc stands in nothing that others get: not in a header, not in the quoted history, not on the
customer's pages. They do not take part in the ticket either, so "reply to all" never names them again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tickets.errors import RecipientRefused

COPIES_AT_MOST = 20
Ours = Callable[[Sequence[str]], set[str]]
_ours: list[Ours] = []


def register_own_addresses(ours: Ours) -> None:
    """The channels say here which of some addresses are the desk's own: what we send there comes back as a ticket."""
    _ours[:] = [ours]


def parse(text: str) -> list[str]:
    """Addresses out of what was typed: separated by commas, semicolons or spaces. Raises ValidationError."""
    return checked([part for part in re.split(r"[\s,;]+", text) if part])


def checked(addresses: Sequence[str]) -> list[str]:
    """The addresses in small letters, each once. Raises ValidationError that names the one that is wrong."""
    if len(addresses) > COPIES_AT_MOST:
        raise ValidationError(
            ngettext("At most %(count)d address.", "At most %(count)d addresses.", COPIES_AT_MOST)
            % {"count": COPIES_AT_MOST}
        )
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(
                _("“%(address)s” is not an email address.") % {"address": address[:100]}
            ) from None
    own = _own_among(addresses)
    for address in addresses:
        if address.lower() in own:
            raise ValidationError(
                _("“%(address)s” is an address of this desk: the answer would come back as a request.")
                % {"address": address[:100]}
            )
    return list(dict.fromkeys(address.lower() for address in addresses))


def chosen(*, to: Sequence[str], cc: Iterable[str], bcc: Iterable[str]) -> dict[str, list[str]]:
    """The recipients of a message as it keeps them. Nobody gets it twice: who is seen need not be hidden.

    Raises RecipientRefused.
    """
    try:
        copies, hidden = checked(list(cc)), checked(list(bcc))
    except ValidationError as wrong:
        raise RecipientRefused(wrong.messages[0]) from None
    seen = {address.lower() for address in (*to, *copies)}
    found = {"to": list(to), "cc": copies}
    hidden = [address for address in hidden if address not in seen]
    return {**found, "bcc": hidden} if hidden else found


def not_ours(addresses: Sequence[str]) -> list[str]:
    """The addresses without those of the desk itself: an inbox's new alias may be somebody's old address."""
    own = _own_among(addresses)
    return [address for address in addresses if address.lower() not in own]


def _own_among(addresses: Sequence[str]) -> set[str]:
    return _ours[0](addresses) if _ours and addresses else set()
