"""What the templates of the desk share: icons, faces, times, sizes and form controls.

Pages include the parts in `templates/components/`; those parts, and pages that need only a mark or a
moment, take it from here. Nothing in this module asks the database.
"""

import zlib
from collections.abc import Hashable
from datetime import datetime
from functools import lru_cache

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from foundation import moments

register = template.Library()

HUES = 12  # .hue-0 … .hue-11 in avatar.css
TURNING_ICONS = {"arrow-back-up", "arrow-back-up-double", "arrow-forward-up", "arrow-left", "arrow-right"}
TURNING_ICONS |= {"chevron-left", "chevron-right", "login", "logout", "send", "send-2"}

CHANNEL_ICONS = {
    "email": "mail",
    "form": "forms",
    "chat": "message-circle",
    "sms": "device-mobile-message",
    "whatsapp": "brand-whatsapp",
    "messenger": "brand-messenger",
    "facebook": "brand-facebook",
    "instagram": "brand-instagram",
    "telegram": "brand-telegram",
    "phone": "phone",
    "webhook": "webhook",
    "api": "api",
    "agent": "headset",
}
PRIORITIES = {
    1: ("low", "arrow-down"),
    2: ("normal", "minus"),
    3: ("high", "arrow-up"),
    4: ("urgent", "chevrons-up"),
}
FILE_ICONS = (
    ("image/", "photo"),
    ("video/", "video"),
    ("audio/", "volume"),
    ("application/pdf", "file-type-pdf"),
    ("application/zip", "file-zip"),
    ("application/x-7z", "file-zip"),
    ("application/gzip", "file-zip"),
    ("text/csv", "file-spreadsheet"),
    ("application/vnd.ms-excel", "file-spreadsheet"),
    ("application/vnd.openxmlformats-officedocument.spreadsheet", "file-spreadsheet"),
    ("message/", "mail"),
    ("text/html", "file-code"),
    ("text/", "file-text"),
)


# ---- Icons


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """One icon of the sprite, 16, 20 or 32 pixels. Silent for screen readers unless it has a label."""
    return _icon(name, size, str(label))


@lru_cache(2048)
def _icon(name: str, size: int, label: str) -> SafeString:
    classes = "icon" if size == 16 else f"icon icon-{size}"
    if name in TURNING_ICONS:
        classes += " icon-turns"
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"></use></svg>', classes, voice, static("icons.svg"), name
    )


@register.filter
def channel_icon(kind: str) -> str:
    return CHANNEL_ICONS.get(str(kind), "inbox")


@register.filter
def priority_name(priority: int) -> str:
    return PRIORITIES[priority][0]


@register.filter
def priority_icon(priority: int) -> str:
    return PRIORITIES[priority][1]


@register.filter
def file_icon(content_type: str) -> str:
    return next((name for prefix, name in FILE_ICONS if str(content_type).startswith(prefix)), "file")


# ---- Parts that are the same on every page


@register.simple_tag
def same_for_all(template_name: str, **context: Hashable) -> SafeString:
    """A part that depends on nothing but these values and the language: written once, unless somebody works on it."""
    if settings.DEBUG:
        return render_to_string(template_name, context)
    return _same_for_all(template_name, get_language() or "", tuple(context.items()))


@lru_cache(512)
def _same_for_all(template_name: str, language: str, context: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template_name, dict(context))


# ---- Faces


@register.filter
def hue(name: object) -> int:
    """The same hue for the same name, on every page and every machine."""
    return zlib.crc32(str(name).strip().lower().encode()) % HUES


@register.filter
def initials(name: object) -> str:
    """Two letters for a face: of the first and the last word of a name, or of what stands before the @."""
    words = str(name).split("@")[0].replace(".", " ").replace("_", " ").split() if name else []
    letters = [word[0] for word in words if word[0].isalnum()]
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper() if letters else "?"


@register.simple_tag
def face(name: str) -> SafeString:
    """The two letters in their hue; the name stands beside it."""
    look = '<span class="avatar hue-{}" aria-hidden="true">{}</span>'
    return format_html(look, hue(name), initials(name))


# ---- Moments


@register.simple_tag
def exact_time(moment: datetime | None) -> str:
    """The printed moment of a message: "Today 09:14", "Fri 14:05", "12 Sep 09:14", "12 Sep 2025 09:14"."""
    return moments.exact(moment) if moment else ""


@register.simple_tag(takes_context=True)
def queue_time(context: template.Context, moment: datetime | None) -> str:
    """How long ago, short enough for a list: now, 4 min, 3 h, Fri 14:05, 12 Sep, 12 Sep 2025."""
    if moment is None:
        return ""
    if context.get("exact_times"):
        return moments.exact(moment)
    at = timezone.now()
    grows = (at - moment).total_seconds() < 24 * 3600  # times.js keeps it true
    return moments.element(moment, moments.ago(moment, at=at), " data-ago" if grows else "")


# ---- Sizes


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as people say them, in steps of 1,000 as file managers show them: 214 kB, 1.4 MB."""
    amount = float(size or 0)
    for unit in ("B", "kB", "MB"):
        if amount < 999.5:
            return _amount(amount, 1 if unit == "MB" and amount < 9.95 else 0, unit)
        amount /= 1000
    return _amount(amount, 1, "GB")


def _amount(amount: float, digits: int, unit: str) -> str:
    # number_format cuts what it does not show.
    return f"{formats.number_format(round(amount, digits), digits)} {unit}"


# ---- Forms

CONTROL_CLASSES = (
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file-input"),
    (forms.widgets.Input, "input"),
)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's own widget, in the desk's look. Django names hint and error in aria-describedby by itself."""
    own = field.field.widget.attrs.get("class", "")
    look = next((name for kind, name in CONTROL_CLASSES if isinstance(field.field.widget, kind)), "")
    attrs: dict[str, str | bool] = {"class": f"{look} {own}".strip()}
    if look in ("textarea", "input") and getattr(field.field.widget, "input_type", "text") == "text":
        attrs["dir"] = "auto"  # people write in both directions
    return field.as_widget(attrs=attrs)


@register.filter
def choice_inputs(field: BoundField) -> list:
    """The single inputs of a group of choices: each has `tag` and `choice_label`."""
    look = field.field.widget.input_type  # Django's check boxes are a kind of its radio buttons
    field.field.widget.attrs["class"] = look  # a form owns copies of its fields
    return list(field)


@register.filter
def is_tick(field: BoundField) -> bool:
    """One box to tick, whose words stand beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    """Several boxes or buttons, which need a group and a legend."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
