"""Fill in the text of a mail, plain and HTML side by side: the one place where the desk's mails are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_inbox.mail_texts import grammar
from channels_inbox.mail_texts.catalogue import Mail, Shape
from channels_inbox.mail_texts.grammar import Bold, Link, Node, Paragraph, TextRefused, Value, Words
from foundation.richtext import links, strip_controls

BLANKS = re.compile(r"\s+")
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and body as somebody wrote them, placeholders and all."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs that are put in as they are, in both forms. The HTML is clean already."""

    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    subject: str
    text: str
    html: str


Values = Mapping[str, str | Block]


def fill(mail: Mail, wording: Wording, values: Values) -> Rendered:
    """The mail with these values in it. Raises TextRefused where the wording is not right."""
    check(mail, wording)
    writer = _Writer(mail, values)
    parts = [writer.paragraph(nodes) for nodes in grammar.read(wording.body)]
    subject = "".join(writer.text(node) for node in grammar.read_line(wording.subject))
    return Rendered(
        subject=BLANKS.sub(" ", subject).strip(),
        text="\n\n".join(part.text.strip("\n") for part in parts if part.text.strip()),
        html="".join(part.html for part in parts),
    )


class _Writer:
    def __init__(self, mail: Mail, values: Values) -> None:
        self.mail, self.values = mail, values

    def paragraph(self, nodes: Paragraph) -> Block:
        match nodes:
            case (Value(name),) if isinstance(block := self.values.get(name), Block):
                return block
            case (Link() as link,):
                return self._only_a_link(link)
        text = "".join(self.text(node) for node in nodes).strip()
        html = "".join(self.html(node) for node in nodes).strip()
        return Block(text, f"<p>{html}</p>") if text else Block("", "")

    def _only_a_link(self, link: Link) -> Block:
        """A link that stands alone is what the mail is about."""
        words = "".join(self.text(node) for node in link.inside)
        html = self.html(link).replace("<a ", '<a class="action" ', 1)
        return Block(f"{words}:\n{self._address(link.target)}", f"<p>{html}</p>")

    def text(self, node: Node) -> str:
        match node:
            case Words(text):
                return text
            case Value(name):
                return self._line(name)
            case Bold(inside):
                return "".join(self.text(each) for each in inside)
            case Link(inside, target):
                return "".join(self.text(each) for each in inside) + f" ({self._address(target)})"

    def html(self, node: Node) -> str:
        match node:
            case Words(text):
                return escape(text, quote=False).replace("\n", "<br>")
            case Value(name):
                return self._value_html(name)
            case Bold(inside):
                return f"<b>{''.join(self.html(each) for each in inside)}</b>"
            case Link(inside, target):
                words = "".join(self.html(each) for each in inside)
                address = links.link(self._address(target))
                if address is None:  # the way in, masked in what is stored
                    return f"{words}: {escape(self._address(target))}"
                return f'<a href="{escape(address)}">{words}</a>'

    def _value_html(self, name: str) -> str:
        line = self._line(name)
        address = links.link(line) if self.mail.known[name].shape == Shape.LINK else None
        return f'<a href="{escape(address)}">{escape(line)}</a>' if address else escape(line, quote=False)

    def _address(self, target: str | Value) -> str:
        return self._line(target.name) if isinstance(target, Value) else target

    def _line(self, name: str) -> str:
        value = self.values[name]
        assert isinstance(value, str), f"{name} stands in paragraphs of its own"
        line = BLANKS.sub(" ", strip_controls(value)).strip()
        return line if self.mail.known[name].shape == Shape.LINK else line[:LONGEST_LINE]


# ---- Whether a wording is right


def check(mail: Mail, wording: Wording) -> None:
    """Raises TextRefused."""
    check_subject(mail, wording.subject)
    check_body(mail, wording.body)


def check_subject(mail: Mail, subject: str) -> None:
    """Raises TextRefused. A subject is read by every server on the way: nothing in it lets anybody in."""
    lines = {name: each for name, each in mail.known.items() if each.shape == Shape.LINE}
    grammar.refuse_unknown(grammar.names_in(grammar.read_line(subject)), lines)


def check_body(mail: Mail, body: str) -> None:
    """Raises TextRefused."""
    paragraphs = grammar.read(body)
    for nodes in paragraphs:
        grammar.refuse_unknown(grammar.names_in(nodes), mail.known)
        for name in grammar.names_in(nodes):
            if mail.known[name].shape == Shape.BLOCK and nodes != (Value(name),):
                raise _said(_ALONE, name)
        for node in nodes:
            if not isinstance(node, Link) or not isinstance(node.target, Value):
                continue
            if mail.known[node.target.name].shape != Shape.LINK:
                raise _said(_NO_ADDRESS, node.target.name)
    used = [name for nodes in paragraphs for name in grammar.names_in(nodes)]
    for name in sorted(mail.needed - set(used)):
        raise _said(_NEEDED, name)
    for name, each in mail.known.items():
        if each.shape == Shape.BLOCK and used.count(name) > 1:
            raise _said(_ONCE, name)


_ALONE = _("%(name)s stands in a paragraph of its own: leave an empty line above and below it.")
_NO_ADDRESS = _("%(name)s is no address that a link could lead to.")
_NEEDED = _("Without %(name)s this mail would be of no use. Put it in.")
_ONCE = _("%(name)s stands in the mail once.")


def _said(sentence: Promise | str, name: str) -> TextRefused:
    return TextRefused(str(sentence) % {"name": f"{{{{ {name} }}}}"})
