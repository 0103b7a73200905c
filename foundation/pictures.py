"""Pictures from somewhere on the internet, fetched by the desk so that its readers need not show themselves.

A sender who puts a picture's address into a mail learns from who fetches it: that the mail is being read, when,
from where, by which browser. Fetched here they learn that a desk did, once a day at most; it brings no cookie, no
referrer and no address of a reader. What comes back is a PNG, JPEG, GIF or WebP by its own bytes, or nothing.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.utils.translation import gettext_lazy as _
from PIL import Image

from foundation import http, picture_cache
from foundation.errors import HelpdeskError
from foundation.richtext import links

MAX_BYTES = 5 * 2**20
MAX_PIXELS = 50_000_000  # what a browser would unpack
REDIRECTS = 3
TIMEOUT, TOTAL_TIMEOUT = (3.0, 5.0), 8.0  # seconds: a page waits for it
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
ASKED_AS = {"User-Agent": "Mozilla/5.0 (compatible; picture proxy)", "Accept": ", ".join(FORMATS.values())}
MOVED = frozenset({301, 302, 303, 307, 308})
# What Pillow raises for a file that only begins like a picture.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
)


class PictureRefused(HelpdeskError):
    """There is no picture to show: the server gave none, or what it gave is not one, or too large."""

    def __init__(self) -> None:
        super().__init__(_("This picture cannot be shown."))


@dataclass(frozen=True, slots=True)
class Picture:
    content_type: str
    content: bytes = field(repr=False)


def fetch(url: str) -> Picture:
    """The picture at this address. Raises PictureRefused, or HelpdeskError where the address may not be asked."""
    if kept := picture_cache.get(url):
        return recognised(kept)
    picture = recognised(_download(url))
    picture_cache.put(url, picture.content)
    return picture


def _download(url: str) -> bytes:
    for _hop in range(REDIRECTS + 1):
        # Each step anew: our own host is never asked, and the guarded client refuses private networks.
        if (target := links.remote(url)) is None:
            raise PictureRefused
        answer = http.get(
            target,
            headers=ASKED_AS,
            timeout=TIMEOUT,
            total_timeout=TOTAL_TIMEOUT,
            max_bytes=MAX_BYTES,
            retries=0,
        )
        if answer.status not in MOVED:
            break
        try:
            url = urljoin(target, answer.headers.get("Location", ""))
        except ValueError:
            raise PictureRefused from None
    if answer.status != 200:
        raise PictureRefused
    return answer.body


def recognised(content: bytes) -> Picture:
    """The bytes with the type that they show themselves. Raises PictureRefused for SVG, HTML, bombs and all else."""
    if not any(signature.match(content) for signature in links.SIGNATURES.values()):
        raise PictureRefused
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:  # reads the head only
            width, height = picture.size
            kind = FORMATS[picture.format or ""]
    except (*BROKEN, Image.DecompressionBombError):
        raise PictureRefused from None
    if width * height > MAX_PIXELS:
        raise PictureRefused
    return Picture(kind, content)
