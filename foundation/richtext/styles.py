"""Which declarations of a style attribute survive: looks, never place, never an address.

Each property names what its value may be made of. So url(), expressions, escapes, comments, custom
properties and everything that CSS will yet invent fall out because nothing lets them in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 4000

COLOUR = r"(?:\#[0-9a-f]{3,8}|[a-z]{3,24}|(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\))"
SIZE = r"\d{0,5}(?:\.\d{1,6})?(?:px|pt|em|rem|ex|ch|%|in|cm|mm|pc)?"
LENGTH = rf"(?:{SIZE}|auto|normal|none|inherit|initial|thin|medium|thick)"
SIGNED = rf"(?:-?{LENGTH})"
WORD = r"[a-z-]{1,30}"


def _many(piece: str, most: int) -> str:
    return rf"{piece}(?:\s+{piece}){{0,{most - 1}}}"


def _properties(names: str, value: str) -> dict[str, re.Pattern[str]]:
    pattern = re.compile(value, re.IGNORECASE | re.ASCII)
    return dict.fromkeys(names.split(), pattern)


SIDES = ("top", "right", "bottom", "left")
PROPERTIES: dict[str, re.Pattern[str]] = {
    **_properties("color background-color", COLOUR),
    **_properties("border-color", _many(COLOUR, 4)),
    **_properties(" ".join(f"border-{side}-color" for side in SIDES), COLOUR),
    **_properties("padding margin border-width border-radius border-spacing", _many(LENGTH, 4)),
    **_properties(" ".join(f"padding-{s} margin-{s} border-{s}-width" for s in SIDES), LENGTH),
    **_properties("width height min-width max-width min-height max-height line-height text-indent", LENGTH),
    **_properties("font-size", rf"{LENGTH}|(?:x{{1,2}}-)?(?:small|large)|smaller|larger"),
    **_properties("letter-spacing word-spacing", SIGNED),
    **_properties("border outline", _many(rf"(?:{LENGTH}|{COLOUR})", 3)),
    **_properties(" ".join(f"border-{side}" for side in SIDES), _many(rf"(?:{LENGTH}|{COLOUR})", 3)),
    **_properties("border-style", _many(WORD, 4)),
    **_properties(" ".join(f"border-{side}-style" for side in SIDES), WORD),
    **_properties("font-family", r"(?:[\w\s,-]|'[\w\s,-]*'|\"[\w\s,-]*\"){1,300}"),
    **_properties("font", r"(?:[\w\s,.%/-]|'[\w\s,-]*'|\"[\w\s,-]*\"){1,300}"),
    **_properties("font-weight font-style font-variant", r"[a-z\d-]{1,20}"),
    **_properties("text-align text-transform text-decoration-line vertical-align white-space", WORD),
    **_properties("text-decoration", _many(rf"(?:{WORD}|{COLOUR})", 4)),
    **_properties(
        "border-collapse table-layout direction unicode-bidi word-break word-wrap overflow-wrap", WORD
    ),
    **_properties("list-style-type", WORD),
    **_properties("float", r"left|right|none"),
    **_properties("clear", r"left|right|both|none"),
    **_properties("display", r"none|block|inline|inline-block|list-item|table(?:-row|-cell|-row-group)?"),
    **_properties("visibility", r"hidden|visible"),
    **_properties("overflow", r"hidden|visible|auto"),
}
COLOURING = frozenset({"color", "background-color"})
NO_COLOUR = frozenset({"transparent", "inherit", "initial", "unset", "currentcolor", "none"})
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
ADDRESS = re.compile(r"url\s*\(|image(?:-set)?\s*\(|src\s*\(", re.IGNORECASE)
BACKGROUND_COLOUR = re.compile(rf"(?<![\w#(-]){COLOUR}(?![\w(-])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Style:
    css: str  # what survived; "" if nothing did
    sets_colours: bool


@lru_cache(maxsize=4096)  # a newsletter repeats a few dozen of them
def filtered(css: str) -> Style:
    """What may stay of a style attribute. Filtering twice changes nothing."""
    kept: dict[str, str] = {}
    for declaration in COMMENT.sub(" ", css[:LONGEST]).split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), _plain(value)
        if name == "background":
            name, value = "background-color", _colour_in(value)
        if colon and name in PROPERTIES and value and PROPERTIES[name].fullmatch(value):
            kept[name] = value
    sets_colours = any(kept.get(name, "none").lower() not in NO_COLOUR for name in COLOURING)
    return Style("; ".join(f"{name}: {value}" for name, value in kept.items()), sets_colours)


def _plain(value: str) -> str:
    return " ".join(value.split()).removesuffix("!important").rstrip()


def _colour_in(background: str) -> str:
    """The colour of a background shorthand, whatever else stands there."""
    if ADDRESS.search(background):
        background = re.sub(r"[\w-]+\s*\(.*\)", " ", background)
    words = (
        "repeat",
        "scroll",
        "fixed",
        "center",
        "left",
        "right",
        "top",
        "bottom",
        "cover",
        "contain",
        "none",
    )
    for found in BACKGROUND_COLOUR.finditer(background):
        if found[0].lower() not in words and "repeat" not in found[0].lower():
            return found[0]
    return ""
