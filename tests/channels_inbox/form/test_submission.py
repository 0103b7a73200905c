"""A filled-in form on its way into the ledger and out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.form.adapter import FormAdapter
from channels_inbox.form.submission import NotASubmission, Submission
from tickets.files import NewFile

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(words, words, words, st.lists(st.tuples(words, st.binary(max_size=30)), max_size=3))
def test_a_submission_is_read_as_it_was_written(name, subject, text, files):
    sent = Submission(
        key="k" * 16,
        email="a@b.example",
        name=name,
        subject=subject,
        text=text,
        language="en",
        files=tuple(NewFile(name=file_name, content=content) for file_name, content in files),
    )

    assert Submission.unpack(sent.pack()) == sent
    [message] = FormAdapter({}).parse(sent.pack())
    assert (message.text, message.sender.handle) == (text, "a@b.example")


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"null", b"\xff", b'{"version": 1, "files": [{}]}', b'{"version":1,"files":0}']
)
def test_what_is_no_submission_is_refused(raw):
    with pytest.raises(NotASubmission):
        Submission.unpack(raw)
