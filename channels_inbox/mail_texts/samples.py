"""What a preview fills in: an ordinary day, or the worst that people write into names and subjects."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from channels_inbox.mail_texts.catalogue import Mail, Shape
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Block, Rendered, Values, Wording, fill
from foundation import desk, richtext

NASTY = (
    '<script>alert(1)</script>"><img src=x onerror=alert(1)> **bold** [click](https://evil.example/)'
    " {{ link }}\r\nBcc: everybody@evil.example \u202emoc.live " + "long" * 60
)


def letter(mail: Mail, place: Place, wording: Wording, *, hostile: bool = False) -> Rendered:
    """The mail as its reader would get it. Raises TextRefused where the wording is not right."""
    with translation.override(place.spoken):
        return fill(mail, wording, _hostile(mail, place) if hostile else _ordinary(place))


def _ordinary(place: Place) -> Values:
    brand = place.brand.name if place.brand else desk.settings().name
    signature = (place.inbox.signature if place.inbox else "") or (
        place.brand.signature if place.brand else ""
    )
    signature = signature or _("Ada Byron\nCustomer care")
    said = _("On Tuesday, Elena Lindqvist wrote:")
    asked = _("My card was charged twice for October. Can you give one of them back?")
    reply = _("Thank you for telling us. We have given the second amount back today.")
    return {
        "brand": brand,
        "desk": desk.settings().name,
        "number": "10482",
        "link": f"{settings.SITE_URL}/requests/…",
        "portal": f"{desk.settings().portal_url}/requests/",
        "subject": _("Re: Charged twice for October"),
        "customer": "Elena Lindqvist",
        "agent": "Ada Byron",
        "who": "Grace Hopper",
        "reason": "It answers ticket #10482, but nothing stands above the quoted text.",
        "message": Block(f"| {asked}", f"<blockquote>{richtext.from_text(asked)}</blockquote>"),
        "inbox": place.inbox.name if place.inbox else _("Support"),
        "state": _("Collecting mail fails"),
        "details": _("The server did not answer in time."),
        "reply": Block(reply, f"<p>{escape(reply)}</p>"),
        "signature": Block(f"-- \n{signature}", f"<div>-- <br>{richtext.from_text(signature)}</div>"),
        "history": Block(
            f"{said}\n> {asked}",
            f'<p>{escape(said)}</p><blockquote type="cite">{richtext.from_text(asked)}</blockquote>',
        ),
    }


def _hostile(mail: Mail, place: Place) -> Values:
    """The same with the worst in every line; addresses are made by the desk, and stay."""
    worst = {name: NASTY for name, each in mail.known.items() if each.shape == Shape.LINE}
    blocks = {
        name: Block(richtext.to_text(richtext.from_text(NASTY)), richtext.from_text(NASTY))
        for name, each in mail.known.items()
        if each.shape == Shape.BLOCK
    }
    return {**_ordinary(place), **worst, **blocks}
