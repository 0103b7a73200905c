"""One request of a provider, as a channel sees it: its headers at once, its body when it is asked for.

A channel that can refuse by the headers alone does so before a byte of the body is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from django.db import models
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext_lazy as _

PIECE = 2**20


class Refusal(models.TextChoices):
    """Why a request is turned away, for the people who set the inbox up."""

    UNSIGNED = "unsigned", _("It carried no signature or password.")
    WRONG_KEY = "wrong_key", _("Its signature or password is not the one that is set up here.")
    TOO_OLD = "too_old", _("It was signed too long ago, or the clock of one of the two sides is wrong.")
    REPLAYED = "replayed", _("Its signature was used before, for something else.")
    TOO_LARGE = "too_large", _("It is larger than the desk takes.")
    FOREIGN_CERTIFICATE = "certificate", _("The certificate it names is none of Amazon's.")
    OTHER_TOPIC = "topic", _("It is about another topic than the one that is set up here.")
    GARBAGE = "garbage", _("It is not in the form in which this provider calls.")


class PayloadRejected(Exception):
    """The request is not genuine, or not meant for us: nothing is stored."""

    def __init__(self, refusal: Refusal = Refusal.WRONG_KEY) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class CannotVerify(Exception):
    """Whether it is genuine cannot be found out just now: the provider is asked to come again."""


class Call:
    def __init__(self, request: HttpRequest, *, most: int) -> None:
        self._request, self._most = request, most
        self.headers: Mapping[str, str] = request.headers
        self.content_type = request.headers.get("Content-Type", "")

    @cached_property
    def body(self) -> bytes:
        """All of it. Raises PayloadRejected where it is too large, OSError where the other side broke off."""
        claimed = self.headers.get("Content-Length") or "0"
        if not claimed.isdecimal() or len(claimed) > 12 or int(claimed) > self._most:
            raise PayloadRejected(Refusal.TOO_LARGE)
        body = bytearray()
        while piece := self._request.read(PIECE):
            body += piece
            if len(body) > self._most:
                raise PayloadRejected(Refusal.TOO_LARGE)
        if len(body) < int(claimed):
            raise UnreadablePostError("The request ended before its body.")
        return bytes(body)
