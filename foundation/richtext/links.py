"""Which addresses may stand in a link or in a picture."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from django.conf import settings

# Where our own attachments are served. Pictures in what people write point here.
FILES_PATH = "/files/"

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
LONGEST = 8192
# Browsers drop these from an address before they read it, so "java\tscript:" is a scheme to them.
DROPPED_BY_BROWSERS = re.compile(r"[\t\n\r]")
EDGES = "".join(map(chr, range(0x21)))
FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>\"`\\]")
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# No name begins with a dot (so no climbing), none hides a dot, slash or backslash as %xx.
NAME = r"(?!\.)(?:[\w~.-]|%(?!2[ef]|5c)[0-9a-f]{2})+"
FILE = re.compile(rf"{FILES_PATH}{NAME}(?:/{NAME})*/?(?:\?[\w=&%.~-]*)?", re.IGNORECASE | re.ASCII)

DATA = re.compile(r"data:image/(png|jpeg|jpg|gif|webp);base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)
SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


def tidy(url: str) -> str:
    """The address as a browser reads it, with what would break out of its place written as %xx."""
    url = DROPPED_BY_BROWSERS.sub("", url.strip(EDGES))
    return FORBIDDEN.sub(lambda found: f"%{ord(found[0]):02X}", url)


def link(url: str) -> str | None:
    """An address that a link may lead to, tidied; None if it may not."""
    url = tidy(url)
    if len(url) > LONGEST:
        return None
    scheme = SCHEME.match(url)
    if scheme is None:
        return url if is_file(url) else None
    if scheme[1].lower() not in LINK_SCHEMES:
        return None
    return url if scheme[1].lower() in ("mailto", "tel") or _host(url) else None


def remote(url: str) -> str | None:
    """A picture somewhere on the internet, as an absolute address; None for anything else.

    Our own host is not somewhere else: a mail must not make the reader's browser ask us for things.
    """
    url = tidy(url)
    if url.startswith("//"):
        url = "https:" + url
    scheme = SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in ("http", "https") or len(url) > LONGEST:
        return None
    host = _host(url)
    return url if host and host != urlsplit(settings.SITE_URL).hostname else None


def is_file(url: str) -> bool:
    """Is this one of our own attachments?"""
    return len(url) <= LONGEST and bool(FILE.fullmatch(url.removeprefix(settings.SITE_URL)))


def embedded(url: str) -> str | None:
    """A picture that is its own address (data:), if its bytes are what it says they are."""
    found = DATA.fullmatch(url.strip(EDGES))
    if found is None:
        return None
    kind = found[1].lower().replace("jpg", "jpeg")
    packed = re.sub(r"\s", "", found[2])
    try:
        head = base64.b64decode(packed, validate=True)[:16]
    except (binascii.Error, ValueError):
        return None
    return f"data:image/{kind};base64,{packed}" if SIGNATURES[kind].match(head) else None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
