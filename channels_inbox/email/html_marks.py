"""What the mail programs themselves say of the parts of their HTML.

Classes and ids by which Gmail, Outlook, Apple Mail, Thunderbird and others mark
quotes, attributions and signatures. Where they do, no shape needs to be guessed.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import islice

from lxml import etree


class Hint(IntEnum):
    NONE = 0
    QUOTE = 1  # all inside is history
    ATTRIBUTION = 2  # "On … wrote:"
    CUT = 3  # history from here to the end of the mail
    SIGNATURE = 4


_CLASSES = {
    "gmail_attr": Hint.ATTRIBUTION,
    "moz-cite-prefix": Hint.ATTRIBUTION,
    "airmail_on": Hint.ATTRIBUTION,
    "protonmail_quote": Hint.QUOTE,
    "tutanota_quote": Hint.QUOTE,
    "freshdesk_quote": Hint.QUOTE,
    "front-blockquote": Hint.QUOTE,
    "missive_quote": Hint.QUOTE,
    "yahoo_quoted": Hint.CUT,
    "zmail_extra": Hint.CUT,
    "outlookmessageheader": Hint.CUT,
    "ms-outlook-mobile-reference-message": Hint.CUT,
    "gmail_signature": Hint.SIGNATURE,
    "gmail_signature_prefix": Hint.SIGNATURE,
    "moz-signature": Hint.SIGNATURE,
    "protonmail_signature_block": Hint.SIGNATURE,
    "k9mail-signature": Hint.SIGNATURE,
    "front-signature": Hint.SIGNATURE,
    "bloop_sign": Hint.SIGNATURE,
}
_IDS = {
    "appendonsend": Hint.CUT,
    "divrplyfwdmsg": Hint.CUT,
    "stopspelling": Hint.CUT,
    "mail-editor-reference-message-container": Hint.CUT,
    "orimsghtmlseperator": Hint.CUT,
    "zwchr": Hint.CUT,
    "olk_src_body_section": Hint.CUT,
    "reply-intro": Hint.ATTRIBUTION,
    "composer_signature": Hint.SIGNATURE,
    "signature": Hint.SIGNATURE,
    "applemailsignature": Hint.SIGNATURE,
    "ms-outlook-mobile-signature": Hint.SIGNATURE,
}
_NAMES = {"messageSignatureSection": Hint.SIGNATURE, "messageReplySection": Hint.QUOTE}
# One of these is in any HTML that has a mark at all
_SIGNS = (
    "quote gmail_attr moz-cite airmail_on signature appendonsend rplyfwdmsg reference-message outlookmessageheader"
    " orimsghtml zmail_extra stopspelling border-top:solid zwchr olk_src reply-intro bloop_sign"
    " messagereplysection"
)
_EACH_SIGN = tuple(_SIGNS.split())
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.I)
_NO_BORDER = re.compile(r"border\s*:\s*(?:none|0|medium none)", re.I)
_NO_MARGIN = re.compile(r"margin(?:-bottom)?\s*:\s*0(?:[a-z%]+)?\s*(?:0[a-z%]*\s*)*(?:;|$|\.0)", re.I)
_HEADER_NODES = 60
_TOP_BORDER = re.compile(r"border-top\s*:\s*solid", re.I)


def may_mark(html: str) -> bool:
    """Could any element of this HTML get a hint? Spares the ordinary newsletter a walk through its tables."""
    lowered = html.lower()
    return any(sign in lowered for sign in _EACH_SIGN)


def hint(element: etree._Element) -> Hint:
    """What the mail program says of this element."""
    attributes = element.attrib
    if element.tag == "blockquote":
        return Hint.NONE if _is_indentation(element) else Hint.QUOTE
    if not attributes:
        return Hint.NONE
    if identity := attributes.get("id"):
        found = _by_id(identity.lower())
        if found:
            return found
    if classes := attributes.get("class"):
        for name in classes.lower().split():
            if name in _CLASSES:
                return _CLASSES[name]
    if name := attributes.get("name"):
        return _NAMES.get(name, Hint.NONE)
    if attributes.get("data-smartmail") == "gmail_signature":
        return Hint.SIGNATURE
    if element.tag == "div" and _TOP_BORDER.search(attributes.get("style", "")) and _has_labels(element):
        return Hint.CUT
    return Hint.NONE


def _by_id(identity: str) -> Hint:
    if identity.startswith("yahoo_quoted"):
        return Hint.CUT
    return _IDS.get(identity.removeprefix("x_"), Hint.NONE)


def _is_indentation(element: etree._Element) -> bool:
    """Editors indent with a <blockquote> too; it then has a style of its own and no border."""
    attributes = element.attrib
    if (
        attributes.get("type") == "cite"
        or "quote" in attributes.get("class", "").lower()
        or "cite" in attributes
    ):
        return False
    return _NO_BORDER.search(attributes.get("style", "")) is not None


def _has_labels(element: etree._Element) -> bool:
    """Word draws a line above its header block, and the labels in it are bold."""
    return sum(inner.tag in ("b", "strong") for inner in islice(element.iter(), _HEADER_NODES)) >= 3


def is_hidden(element: etree._Element) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    style = attributes.get("style")
    return (style is not None and _HIDDEN.search(style) is not None) or "hidden" in attributes


def is_tight(element: etree._Element) -> bool:
    """A paragraph without space around it: Word writes every line as one."""
    attributes = element.attrib
    if not attributes:
        return False
    return "msonormal" in attributes.get("class", "").lower() or (
        "margin" in attributes.get("style", "") and _NO_MARGIN.search(attributes["style"]) is not None
    )
