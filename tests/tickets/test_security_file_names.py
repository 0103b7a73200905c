"""Row 31: the name of a file is made plain first and looked at then, and never becomes a path."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from tests.make import make_agent, make_message, make_ticket
from tickets import files
from tickets.models import Attachment

STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{40}")
NAMES = {
    ".htaccess": "htaccess",
    ".hta\u200bccess": "htaccess",
    "\ufeff.htaccess": "htaccess",
    "shell.php\u200b": "shell.php",
    "shell.php.": "shell.php",
    "shell.php . .": "shell.php",
    "shell.php\x00.png": "shell.php.png",
    "ｓｈｅｌｌ．ｐｈｐ": "shell.php",
    "../../etc/passwd": "passwd",
    "..\\..\\web.config": "web.config",
    "/etc/passwd": "passwd",
    "C:\\boot.ini": "boot.ini",
    "a\u202egnp.exe": "agnp.exe",
    "..": "file",
    "": "file",
    "\u200b": "file",
    "a\r\nContent-Type: text/html": "a Content-Type: text/html",
}


@pytest.mark.parametrize(("name", "plain"), NAMES.items(), ids=ascii)
def test_security31_what_cannot_be_seen_hides_nothing(name, plain):
    # What stands behind a slash is the name; a line break is a blank.
    assert files.safe_name(name) in (plain, PurePosixPath(plain).name)


@given(st.text(max_size=300))
def test_security31_making_it_plain_twice_changes_nothing(name):
    once = files.safe_name(name)

    assert files.safe_name(once) == once
    assert once
    assert once == once.strip(" .")
    assert "/" not in once
    assert "\\" not in once
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in once)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_security31_what_is_stored_is_named_at_random(name):
    message = make_message(make_ticket(), files=[files.NewFile(name=name, content=b"x")])

    assert STORED.fullmatch(message.attachments.get().file.name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name.strip("\u200b.")], ids=ascii)
def test_security31_also_what_an_agent_uploads(client, name):
    client.force_login(make_agent())
    ticket = make_ticket()

    answer = client.post(f"/t/{ticket.number}/uploads/", {"file": SimpleUploadedFile(name, b"x")})

    assert answer.status_code in (200, 201, 400, 422)
    for attachment in Attachment.objects.all():
        assert STORED.fullmatch(attachment.file.name)
        assert files.safe_name(attachment.name) == attachment.name
