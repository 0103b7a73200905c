"""What an agent's reply looks like as a mail, and what it must never tell."""

from __future__ import annotations

import base64

import pytest

from channels_inbox import delivery_claims, reply_letter
from channels_inbox.messages import FileRef, OutboundMessage
from channels_inbox.pictures import with_pictures_inside
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox
from tickets import dispatch, files
from tickets.files import NewFile
from tickets.models import Participant, Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db
SECRET = "canary-4711"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _no_undo(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def inbox():
    return make_inbox(acknowledge=False, settings={"smtp_host": "smtp.desk.test"})


@pytest.fixture
def agent():
    return make_agent(name="Ada Agent")


@pytest.fixture
def ticket(inbox) -> Ticket:
    return receive(inbox, make_mail("The first question.", message_id="q@example.org")).ticket


def letter_of(ticket: Ticket, agent, html: str = "<p>Yes</p>", **fields) -> OutboundMessage:
    replies.post_reply(ticket=ticket, author=agent, html=html, **fields)
    dispatch.process_events()
    row = delivery_claims.claim()
    assert row is not None
    return reply_letter.write(row)


def test_notes_and_held_messages_are_never_quoted(ticket, agent, inbox):
    replies.add_note(ticket=ticket, author=agent, html=f"<p>{SECRET} note</p>")
    stranger = make_mail(f"{SECRET} held", sender="eve@evil.test", to=str(_signed(ticket)))
    receive(inbox, stranger)

    letter = letter_of(ticket, agent)

    assert SECRET not in letter.text + letter.html
    assert "The first question." in letter.text


def _signed(ticket: Ticket) -> str:
    from channels_inbox.email import reply_address

    return reply_address.sign("support@desk.test", ticket.number)


def test_whoever_is_put_in_copy_is_not_shown_what_was_written_before(ticket, agent):
    letter = letter_of(ticket, agent, cc=["newcomer@example.org"])

    assert letter.cc == ("newcomer@example.org",)
    assert "The first question." not in letter.text + letter.html


def test_who_was_in_copy_all_along_is(inbox, agent):
    ticket = receive(inbox, make_mail("For both.", headers={"Cc": "bob@example.org"})).ticket

    assert "> For both." in letter_of(ticket, agent, cc=["bob@example.org"]).text


def test_an_inbox_may_send_answers_without_history(ticket, agent, inbox):
    inbox.quote_history = False
    inbox.save()

    assert "The first question." not in letter_of(ticket, agent).text


def test_quoted_words_are_words_not_markup(inbox, agent):
    ticket = receive(
        inbox, make_mail("<script>alert(1)</script>", sender='"<img src=x>" <e@example.org>')
    ).ticket

    html = letter_of(ticket, agent).html

    assert "<script" not in html
    assert "<img" not in html


def test_signatures_of_agent_and_inbox_stand_below(ticket, agent, inbox):
    agent.signature, inbox.signature = "Ada <3", "Northwind, Oslo"
    agent.save()
    inbox.save()

    letter = letter_of(ticket, agent)

    assert "Yes\n\n-- \nAda <3\nNorthwind, Oslo" in letter.text
    assert "Ada &lt;3" in letter.html


def test_a_pasted_picture_and_a_file_travel_along(ticket, agent):
    picture, report = files.store(
        [NewFile(name="shot.png", content=PNG), NewFile(name="report.txt", content=b"abc")],
        ticket=ticket,
        uploaded_by=agent,
    )

    letter = letter_of(
        ticket,
        agent,
        f'<p>Look: <img src="/files/{picture.token}/" alt="shot"></p>',
        attachments=[picture, report],
    )

    inside, beside = letter.files
    assert (inside.content, inside.is_inline, beside.name, beside.is_inline) == (
        PNG,
        True,
        "report.txt",
        False,
    )
    assert f'src="cid:{inside.content_id}"' in letter.html
    assert "/files/" not in letter.html


def test_a_subject_says_re_once(inbox, agent):
    ticket = receive(inbox, make_mail(subject="RE: Charged twice")).ticket

    assert letter_of(ticket, agent).subject == "RE: Charged twice"


def test_a_blind_copy_reaches_its_reader_only(ticket, agent):
    letter = letter_of(ticket, agent)

    assert letter.bcc == ()
    assert not Participant.objects.exists()


# ---- Pictures


def test_an_embedded_picture_becomes_a_part_of_the_mail():
    html, files = with_pictures_inside(
        f'<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}">', []
    )

    (part,) = files
    assert (part.content, part.content_type, part.is_inline) == (PNG, "image/png", True)
    assert html == f'<img src="cid:{part.content_id}">'


def test_a_picture_that_is_not_ours_is_left_out():
    assert with_pictures_inside('a<img src="/files/unknown/" alt="x">b<img src="cid:abc">', []) == ("ab", [])


def test_the_same_picture_twice_travels_once():
    file = FileRef(name="a.png", content_type="image/png", content=PNG, content_id="tok", is_inline=True)

    html, files = with_pictures_inside('<img src="/files/tok/"><img src="/files/tok/">', [file])

    assert html.count("cid:tok@") == 2
    assert len(files) == 1


def test_a_picture_that_stands_nowhere_is_a_plain_file():
    file = FileRef(name="a.png", content_type="image/png", content=PNG, content_id="tok", is_inline=True)

    _html, files = with_pictures_inside("<p>no picture</p>", [file])

    assert [each.is_inline for each in files] == [False]
