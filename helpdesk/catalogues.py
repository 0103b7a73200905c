"""What the desk says in other languages: collected from the code, kept in locale/, made ready for reading.

    python -m helpdesk.catalogues collect    (make words) write the words of the code into locale/*/…/django.po
    python -m helpdesk.catalogues compile    make the .mo files that Django reads; they are not in git

Babel does the work, so no program of GNU gettext is needed. The words of scripts stand in a template
(components/words.html) and need no catalogue of their own.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE = Path(__file__).resolve().parent.parent
LOCALE = BASE / "locale"
APPS = (
    "accounts",
    "channels_inbox",
    "foundation",
    "helpdesk",
    "tickets",
    "automation",
    "knowledge_base",
    "metrics",
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = """\
# What the desk says in this language. After a change of the code: make words; then fill in what is empty.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

Message = str | tuple[str, ...]  # with both its forms, where it counts something
Words = tuple[int, Message, list[str], str | None]


def collect() -> Catalog:
    """Every word that the code marks for translation, with the places where it stands."""
    found = Catalog(charset="utf-8")
    for path in sorted(_sources()):
        for line, message, comments, context in words_of(path):
            if message and message[0]:  # what is put together while the program runs cannot be collected
                place = (str(path.relative_to(BASE)), line)
                found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (BASE / app).rglob("*.py") if "migrations" not in path.parts)
    for app in (*APPS, "."):
        for ending in ("*.html", "*.txt"):
            yield from (BASE / app / "templates").rglob(ending)


def words_of(path: Path) -> Iterator[Words]:
    """Line, message (or both its forms), comments and context of each word in a module or a template."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        # What Django makes of a template looks like Python but for its indents.
        source = "\n".join(line.strip() for line in templatize(source).split("\n"))
    stream = io.BytesIO(source.encode())
    for line, function, found, comments in extract_python(
        stream, KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
    ):
        function = str(function)
        texts = [text or "" for text in ((found,) if isinstance(found, str) else found or ())]
        context = texts.pop(0) if "pgettext" in function and texts else None
        message: Message = tuple(texts[:2]) if function.startswith("n") else "".join(texts[:1])
        yield line, message, list(comments or ()), context


# ---- The files


def languages() -> list[str]:
    """Those that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def file_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str, found: Catalog) -> None:
    """Put new words in and take old ones out. What is new stays empty: nobody guesses a translation."""
    catalogue = read(language)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write(language, catalogue)


def write(language: str, catalogue: Catalog) -> None:
    """Sorted, and without line numbers and dates: a change elsewhere is no change of the words."""
    header = HEADER.format(language=language, plurals=catalogue.plural_forms)
    body = io.BytesIO()
    options = {"sort_output": True, "include_lineno": False, "ignore_obsolete": True, "omit_header": True}
    write_po(body, catalogue, width=110, **options)
    file_of(language).parent.mkdir(parents=True, exist_ok=True)
    file_of(language).write_bytes(header.encode() + body.getvalue())


def compile_all() -> None:
    for language in languages():
        target = file_of(language).with_suffix(".mo")
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as file:
            write_mo(file, read(language))
        fresh.replace(target)


def main(task: str) -> None:
    if task == "compile":
        compile_all()
    elif task == "collect":
        found = collect()
        for language in languages():
            update(language, found)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
