"""The text of a mail: a handful of placeholders, nothing to execute, and nobody's name becomes a link."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.utils import translation

from accounts import notices
from channels_inbox.mail_texts import rendering, samples, texts
from channels_inbox.mail_texts.catalogue import (
    ACKNOWLEDGEMENT,
    MAILS,
    REPLY,
    TICKET_ANSWERED,
    TICKET_ASSIGNED,
    Mail,
    Shape,
)
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Block, Wording, fill

# What agents are told repeats what the customer wrote.
TOLD = {TICKET_ASSIGNED, TICKET_ANSWERED}
ACK, ANSWER = MAILS[ACKNOWLEDGEMENT], MAILS[REPLY]
LINK = "https://desk.test/requests/l/abc/"
EVIL = '<script>x</script> **b** [click](https://evil.example/) {{ link }} "><img src=x>'


def ack(body: str, **values: str) -> rendering.Rendered:
    given = {"brand": "Northwind", "number": "42", "link": LINK, "portal": "https://desk.test/requests/"}
    return fill(ACK, Wording("#{{ number }}", body), {**given, **values})


@pytest.mark.parametrize(
    ("body", "text", "html"),
    [
        ("Hello {{ brand }}", "Hello Northwind", "<p>Hello Northwind</p>"),
        ("One\n\n\n  \nTwo", "One\n\nTwo", "<p>One</p><p>Two</p>"),
        ("One\r\nTwo", "One\nTwo", "<p>One<br>Two</p>"),
        ("**Bold {{ number }}**!", "Bold 42!", "<p><b>Bold 42</b>!</p>"),
        ("{{link}}", LINK, f'<p><a href="{LINK}">{LINK}</a></p>'),
        ("[Go]({{ link }})", f"Go:\n{LINK}", f'<p><a class="action" href="{LINK}">Go</a></p>'),
        (
            "Or [here](https://a.test/?a=1&b=2) now",
            "Or here (https://a.test/?a=1&b=2) now",
            '<p>Or <a href="https://a.test/?a=1&amp;b=2">here</a> now</p>',
        ),
        ("<b>&amp;</b>", "<b>&amp;</b>", "<p>&lt;b&gt;&amp;amp;&lt;/b&gt;</p>"),
        ("{% load x %}{# y #}{{number}}", "{% load x %}{# y #}42", "<p>{% load x %}{# y #}42</p>"),
        ("2 * 3 ** 4", "2 * 3 ** 4", "<p>2 * 3 ** 4</p>"),
    ],
)
def test_what_the_marks_mean(body, text, html):
    made = ack(body)

    assert (made.text, made.html) == (text, html)


def test_security78_what_is_filled_in_is_never_read_again():
    made = ack("Hello {{ brand }}", brand=EVIL)

    assert "<script" not in made.html
    assert "<img" not in made.html
    assert "<a " not in made.html
    assert "<b>" not in made.html
    assert LINK not in made.html + made.text
    assert "{{ link }}" in made.text


def test_security81_a_value_is_one_line_and_not_endless():
    made = fill(ACK, Wording("{{ brand }}", "{{ brand }}"), {"brand": "a\r\nBcc: x@y.test\u202e" + "z" * 999})

    assert "\n" not in made.subject + made.text
    assert "\u202e" not in made.subject + made.text + made.html
    assert len(made.text) <= rendering.LONGEST_LINE


def test_the_way_in_stands_masked_where_it_is_stored():
    made = ack("[Follow]({{ link }}) or {{ link }}", link="[…]")

    assert made.html == "<p>Follow: […] or […]</p>"


def test_a_block_without_content_leaves_no_gap():
    empty = Block("", "")
    values = {"reply": Block("Yes", "<p>Yes</p>"), "signature": empty, "history": empty, "subject": "Re: x"}

    made = texts_default(ANSWER, values)

    assert (made.subject, made.text, made.html) == ("Re: x", "Yes", "<p>Yes</p>")


def texts_default(mail: Mail, values) -> rendering.Rendered:
    return fill(mail, texts.default(mail), values)


# ---- What is refused, and in which words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{{ user.password }}", "There are: {{ brand }}, {{ number }}, {{ link }}, {{ portal }}."),
        ("{{ subject }}", "There is no placeholder “subject” here."),
        ("{{ customer }}", "There is no placeholder “customer” here."),
        ("{{}}", "There is no placeholder “” here."),
        ("{{ number|safe }}", "There is no placeholder “number|safe” here."),
        ("**{{ reply }}**", "There is no placeholder “reply” here."),
        ("[x]({{ nowhere }})", "There is no placeholder “nowhere” here."),
        ("{{ number", "one of the two is missing"),
        ("number }}", "one of the two is missing"),
        ("[x](javascript:alert(1))", None),
        ("[x](javascript:alert)", "cannot lead to “javascript:alert”"),
        ("[x](/settings/)", "cannot lead to “/settings/”"),
        ("[x]({{ number }})", "{{ number }} is no address"),
    ],
)
def test_security78_a_body_that_is_not_right_is_refused(body, words):
    if words is None:  # not written as a link, so it is not one
        assert "href" not in ack(body).html
        return
    with pytest.raises(TextRefused) as refused:
        rendering.check_body(ACK, body)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Hello", "Without {{ reply }}"),
        ("Hello {{ reply }}", "{{ reply }} stands in a paragraph of its own"),
        ("**{{ reply }}**", "{{ reply }} stands in a paragraph of its own"),
        ("{{ reply }}\n\n{{ reply }}", "{{ reply }} stands in the mail once"),
    ],
)
def test_an_answer_needs_what_the_agent_wrote(body, words):
    with pytest.raises(TextRefused) as refused:
        rendering.check_body(ANSWER, body)
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["link", "portal", "nothing"])
def test_a_subject_holds_no_way_in(name):
    with pytest.raises(TextRefused, match=r"There are: \{\{ brand \}\}, \{\{ number \}\}"):
        rendering.check_subject(ACK, f"{{{{ {name} }}}}")


# ---- What each mail may tell

ALLOWED = {"a": {"href", "class", "target", "rel"}, "blockquote": {"type"}}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


def test_security8_a_mail_to_somebody_unproven_has_no_place_for_what_its_sender_wrote():
    for key in (ACKNOWLEDGEMENT, notices.CUSTOMER_SIGN_IN):
        assert set(MAILS[key].known) <= {"brand", "desk", "number", "link", "portal"}


def test_only_answers_and_what_agents_are_told_take_paragraphs():
    blocks = {key for key, mail in MAILS.items() for each in mail.placeholders if each.shape == Shape.BLOCK}

    assert blocks == {REPLY, *TOLD}


@pytest.mark.django_db
@pytest.mark.parametrize("hostile", [False, True], ids=["ordinary", "hostile"])
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("key", MAILS)
def test_every_default_is_right_and_safe_in_every_language(key, language, hostile):
    mail, place = MAILS[key], Place(language=language)
    with translation.override(language):
        wording = texts.default(mail)

    made = samples.letter(mail, place, wording, hostile=hostile)

    assert made.subject
    assert made.text
    assert "\n" not in made.subject
    assert {tag for tag, _attributes in tags_of(made.html)} <= {"p", "br", "a", "b", "div", "blockquote"}
    for tag, attributes in tags_of(made.html):
        assert attributes.keys() <= ALLOWED.get(tag, set())
        if key not in {REPLY, *TOLD}:  # what an agent and a customer wrote may hold addresses
            assert "evil.example" not in str(attributes)
