"""What a person can cause, said in a sentence for that person."""

from __future__ import annotations

from django.utils.functional import Promise


class HelpdeskError(Exception):
    """Base of the domain's own errors. Services raise them; views and the API translate them in one place.

    The sentence may be lazy: it is translated when somebody reads it, in that person's language.
    """

    # Over HTTP: understood, but the desk is in a state that does not allow it.
    status = 409

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)
