"""The two halves of an HTML body: what is new, and the history below it."""

from __future__ import annotations

from dataclasses import dataclass

from channels_inbox.email import reply_text
from channels_inbox.email.html_lines import HtmlLines
from channels_inbox.email.reply_text import Reply, Verdict


@dataclass(frozen=True, slots=True)
class HtmlReply:
    text: str  # all of it, as lines
    reply: Reply  # the same, split
    visible_html: str  # with the signature, which has a place in the layout
    quoted_html: str  # "" where nothing is quoted


def split(html: str, *, forwarded: bool = False) -> HtmlReply:
    """Split an HTML body by the marks of mail programs and by the shapes of its lines."""
    document = HtmlLines(html)
    verdicts = reply_text.judge(document.lines, document.marks, forwarded=forwarded)
    reply = Reply(*(reply_text.gather(document.lines, verdicts, wanted) for wanted in Verdict))
    if not reply.quoted or not document.is_whole:
        return HtmlReply(document.text, reply, html, "")
    verdicts.append(verdicts[-1])  # what stands behind the last line shares its fate
    quoted = [verdict is Verdict.QUOTED for verdict in verdicts]
    return HtmlReply(
        document.text,
        reply,
        document.keep(lambda line: not quoted[line]),
        document.keep(lambda line: quoted[line]),
    )
