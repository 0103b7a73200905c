"""Nobody but foundation.richtext calls what people wrote safe."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts",
    "automation",
    "channels_inbox",
    "foundation",
    "helpdesk",
    "knowledge_base",
    "metrics",
    "tickets",
)
UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off")


def test_security18_only_richtext_marks_anything_safe():
    calling = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith("mark_safe")
    }

    assert calling == {"foundation/richtext/written.py", "foundation/richtext/mail.py"}


def test_security18_no_page_turns_escaping_off():
    pages = [
        *ROOT.glob("templates/**/*.html"),
        *(page for app in APPS for page in (ROOT / app).rglob("*.html")),
    ]

    assert [str(page.relative_to(ROOT)) for page in pages if UNESCAPED.search(page.read_text())] == []
