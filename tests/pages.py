"""Pages as tests compare them."""

from __future__ import annotations

import re

from django.http import HttpResponse

_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value="|data-csrf="|name="next" value=")[^"]+')


def without_tokens(answer: HttpResponse) -> str:
    """The body, without what differs each time: the token against forged requests, and the page's own address."""
    return _TOKEN.sub(r"\1…", answer.text)
