"""The HTML page that a mail is: system font, no tables, at home in light and dark mail programs."""

from __future__ import annotations

import re
from html import escape

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
WRITTEN_FROM_THE_RIGHT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "dv"})
BOTH = "light dark"
# No colour of paper or ink: those are the reader's own. What mail programs leave out of this costs looks, not words.
LINK, LINK_IN_THE_DARK = "a{color:#2748b8}", "a{color:#9dbaff}"
LINKS = {
    "light": LINK,
    "dark": LINK_IN_THE_DARK,
    BOTH: f"{LINK}\n@media (prefers-color-scheme:dark){{{LINK_IN_THE_DARK}}}",
}
STYLE = """
:root{color-scheme:%(scheme)s;supported-color-schemes:%(scheme)s}
body{margin:0;padding:16px;max-width:640px;overflow-wrap:anywhere;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
p{margin:0 0 1em}
img{max-width:100%%;height:auto}
pre{white-space:pre-wrap}
blockquote{margin:0 0 1em;padding:0 0 0 12px;border:0 solid #888;border-inline-start-width:3px}
.action{display:inline-block;padding:10px 18px;border:1px solid;border-radius:8px;font-weight:600;text-decoration:none}
"""


def page(html: str, *, language: str = "", scheme: str = BOTH) -> str:
    """`html` is clean already. `scheme` is what the mail says it can be shown in; a preview shows one of the two."""
    spoken = language if LANGUAGE.fullmatch(language) else ""
    direction = "rtl" if spoken.partition("-")[0] in WRITTEN_FROM_THE_RIGHT else "auto"
    style = STYLE.strip() % {"scheme": scheme} + "\n" + LINKS[scheme]
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(spoken)}">\n<head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="{scheme}">\n'
        f"<style>\n{style}\n</style></head>\n"
        f'<body dir="{direction}">\n{html}\n</body>\n</html>\n'
    )
