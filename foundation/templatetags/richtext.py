"""Put what people wrote into a page: {{ message.html|shown }}, {{ message.text|paragraphs }}."""

from django import template
from django.utils.safestring import SafeString

from foundation import richtext

register = template.Library()


@register.filter
def shown(html: str) -> SafeString:
    """Made safe at the moment it is shown, whatever was stored."""
    return richtext.shown(html or "")


@register.filter
def paragraphs(text: str) -> SafeString:
    return richtext.shown(richtext.from_text(text or ""))
