"""HTML and text that people wrote: made safe, made readable, made short.

Everything that ends up in a page as HTML and was not written by us goes through here, and no other module may
call mark_safe on it:

* `clean` for what agents and customers write in an editor, `shown` to put it into a page;
* `render_mail` for the HTML of a stranger's mail, which is only ever shown inside a sandboxed frame;
* `to_text`, `from_text` and `excerpt` between the two kinds;
* `strip_controls` for names, subjects and everything else that is one line.

In both directions a document of more than MAX_HTML characters, or one built to choke a parser, is shown as
its text.
"""

from foundation.richtext.lines import excerpt, strip_controls
from foundation.richtext.links import FILES_PATH
from foundation.richtext.mail import RenderedMail, render_mail
from foundation.richtext.markup import MAX_HTML
from foundation.richtext.text import from_text, to_text
from foundation.richtext.written import clean, shown

__all__ = [
    "FILES_PATH",
    "MAX_HTML",
    "RenderedMail",
    "clean",
    "excerpt",
    "from_text",
    "render_mail",
    "shown",
    "strip_controls",
    "to_text",
]
