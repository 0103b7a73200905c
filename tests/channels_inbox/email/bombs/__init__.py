"""Mails built to hurt, by name: each attacks one thing, and says how reading it must end.

One list for the tests and for the bench (`python -m bench --only bombs`). A bomb is built when it is wanted, for
together they would fill the memory themselves. A new way to hurt gets its bomb here.
"""

from tests.channels_inbox.email.bombs.contents import PAGES, TEXTS, WRAPPINGS
from tests.channels_inbox.email.bombs.frames import ENCODINGS, HEADERS, STRUCTURE

BOMBS = (*STRUCTURE, *HEADERS, *ENCODINGS, *WRAPPINGS, *TEXTS, *PAGES)
