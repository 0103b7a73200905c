"""The two halves of an HTML body, by mail program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import html_marks, reply_html
from channels_inbox.email.html_lines import HtmlLines
from tests.channels_inbox.email.samples import cases

REPLIES = cases("html_replies.txt")
ALL_NEW = cases("html_all_new.txt")


@pytest.mark.parametrize("client", REPLIES)
def test_new_and_old_are_told_apart_in_text_and_html(client):
    split = reply_html.split(REPLIES[client])

    assert split.reply.visible == "It still does not print."
    assert "does not print" in split.visible_html
    assert "please try again" not in split.visible_html
    assert "please try again" in split.quoted_html
    assert "does not print" not in split.quoted_html


@pytest.mark.parametrize("name", ALL_NEW)
def test_all_of_it_is_new(name):
    split = reply_html.split(ALL_NEW[name])

    assert split.reply.quoted == split.quoted_html == ""
    assert split.visible_html == ALL_NEW[name]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("<p style='margin:0'>one</p><p style='margin:0'>two</p>", "one\ntwo"),
        ("<ul><li>one</li><li>two</li></ul>", "* one\n* two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<b>bo</b>ld and <i>more</i>", "bold and more"),
        ("  many \n\n blanks  ", "many blanks"),
        ("no&nbsp;break", "no break"),
        ("<pre>keep\n  this\n\nplease</pre>", "keep\n  this\n\nplease"),
        ("<style>p{}</style><script>x()</script><title>t</title>seen", "seen"),
        ("<div style='display:none'>preview</div>seen", "seen"),
        ("<!-- comment -->seen<!--[if mso]>unseen<![endif]-->", "seen"),
        ("<blockquote>old</blockquote>", "> old"),
        ("<blockquote>old<blockquote>older</blockquote></blockquote>", "> old\n>> older"),
        ('<blockquote style="margin:0 0 0 40px;border:none">indented</blockquote>', "indented"),
        ("1 &lt; 2 &amp;&#8364;", "1 < 2 &€"),
        ("", ""),
        ("<p>never <b>closed", "never closed"),
        ("<html><body>one</body></html><html><body><p>two</body></html>three", "one\n\ntwo\n\nthree"),
        ("<div>" * 300 + "deep" + "</div>" * 300, "deep"),
    ],
)
def test_html_reads_as_people_see_it(html, text):
    assert HtmlLines(html).text == text


def test_preformatted_history_is_cut_inside_its_element():
    html = "<pre>It prints.\n\nOn Tue, Mar 3, 2026 at 10:12 AM Support &lt;s@desk.test&gt; wrote:\n&gt; Hello\n</pre>"

    split = reply_html.split(html)

    assert split.reply.visible == "It prints."
    assert split.visible_html == "<pre>It prints.\n</pre>"
    assert split.quoted_html.startswith("<pre>On Tue")


def test_pictures_stay_with_the_lines_around_them():
    html = '<div>See:<img src="cid:new"></div><blockquote type="cite">Old:<img src="cid:old"></blockquote>'

    split = reply_html.split(html)

    assert "cid:new" in split.visible_html
    assert "cid:old" not in split.visible_html
    assert "cid:old" in split.quoted_html


@pytest.mark.parametrize(
    "name", [*html_marks._CLASSES, *html_marks._IDS, "yahoo_quoted123", "x_divRplyFwdMsg"]
)
def test_no_mark_is_overlooked_in_the_quick_look(name):
    assert html_marks.may_mark(f'<DIV CLASS="{name.upper()}">')


def test_answers_among_the_questions_keep_both():
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, Support wrote:</div>'
        "<blockquote>Which model?</blockquote><div>X100</div><blockquote>Which OS?</blockquote><div>Debian</div></div>"
    )

    assert reply_html.split(html).quoted_html == ""


def test_html_beyond_the_limit_is_never_cut():
    html = REPLIES["gmail"] + "<p>more</p>" * 120_000

    assert reply_html.split(html).visible_html == html


def test_control_characters_in_the_text_do_no_harm():
    html = '<div>a\x1ab<b>c</b>d&#2;e</div><blockquote type="cite">Old\x0b&#31;</blockquote>'

    split = reply_html.split(html)

    assert split.visible_html.startswith("<div>ab<b>c</b>d")
    assert "Old" in split.quoted_html


PIECES = (
    "<p>|</p>|<div>|</div>|\x1a|&#2;|<br>|<blockquote>|</blockquote>|<pre>|</pre>|a\nb|text| |<b>|</b>|<!-- c -->"
    "|<img src=x>|<li>|&lt;|<table><tr><td>|<style>x</style>|On 3 Mar 2026 10:12 Support &lt;s@x.test&gt; wrote:|-- "
    '|<script>|</html>|<body>|<div id="appendonsend">|<div class="gmail_attr">'
)
pieces = st.sampled_from(PIECES.split("|"))


@given(st.lists(pieces, max_size=40))
def test_every_word_is_in_one_of_the_halves(parts):
    html = "".join(parts)
    split = reply_html.split(html)

    if split.quoted_html:
        halves = f"{HtmlLines(split.visible_html).text}\n{HtmlLines(split.quoted_html).text}"
        assert words(halves) == words(split.text)


def words(text: str) -> list[str]:
    return sorted(word.strip(">*") for word in text.split() if word.strip(">*"))
