"""Bytes to text, whatever the sender called their character set.

Labels lie: Windows letters travel as Latin-1, UTF-8 as ASCII, and many mails say
nothing. So the label is advice, valid UTF-8 beats a Western label, and what fits
nowhere is guessed. Codecs come from the table below and nowhere else: some of
Python's are no charsets at all (zlib), and some take quadratic time (punycode).
"""

from __future__ import annotations

import codecs
import re

from channels_inbox.email.charset_guess import guess

# Ours -> how senders spell it, after lower-casing and dropping all but letters and digits.
_SPELLINGS = {
    "utf-8": "utf8 utf8mb4 unicode11utf8 utf8mac cesu8 unicodeutf8 xutf8 unicode20utf8 cp65001 ibm1208 utf8sig utf8bom"
    " uft8",
    "utf-7": "utf7 unicode11utf7 csunicode11utf7",
    "utf-16": "utf16 utf16le utf16be unicode ucs2 iso10646ucs2",
    "utf-32": "utf32 utf32le utf32be ucs4",
    "cp1252": "usascii ascii ansi ansix341968 iso646us latin1 l1 iso88591 cp1252 windows1252 win1252 xcp1252 cp819"
    " iso88591windows31latin1 8859 88591 iso8859 western xansi csisolatin1 isoir100 iso885911987 ansix3110"
    " ansix31101983 646 csascii cswindows1252 ibm819",
    "cp1250": "cp1250 windows1250 win1250 xcp1250",
    "iso8859-2": "iso88592 latin2 l2 csisolatin2 isoir101 iso885921987",
    "iso8859-3": "iso88593 latin3",
    "iso8859-4": "iso88594 latin4",
    "iso8859-5": "iso88595 cyrillic csisolatincyrillic isoir144 iso885951988",
    "iso8859-6": "iso88596 arabic asmo708 iso88596i iso88596e",
    "iso8859-7": "iso88597 greek csisolatingreek isoir126 iso885971987",
    "iso8859-8": "iso88598 iso88598i iso88598e logical hebrew visual csisolatinhebrew isoir138",
    "cp1254": "iso88599 latin5 l5 csisolatin5 isoir148 cp1254 windows1254",
    "iso8859-10": "iso885910 latin6",
    "iso8859-13": "iso885913 latin7",
    "iso8859-14": "iso885914 latin8",
    "iso8859-15": "iso885915 latin9 latin0 csisolatin9",
    "iso8859-16": "iso885916 latin10",
    "cp1251": "cp1251 windows1251 win1251 xcp1251",
    "cp1253": "cp1253 windows1253",
    "cp1255": "cp1255 windows1255",
    "cp1256": "cp1256 windows1256",
    "cp1257": "cp1257 windows1257",
    "cp1258": "cp1258 windows1258",
    "cp874": "cp874 windows874 iso885911 tis620 dos874",
    "koi8-r": "koi8r koi8 koi koi8ru",
    "koi8-u": "koi8u",
    "cp437": "cp437 ibm437 437",
    "cp850": "cp850 ibm850 850",
    "cp852": "cp852 ibm852",
    "cp866": "cp866 ibm866 866",
    "cp720": "cp720 ibm720 dos720",
    "cp737": "cp737 ibm737",
    "cp775": "cp775 ibm775",
    "cp855": "cp855 ibm855",
    "cp857": "cp857 ibm857",
    "cp860": "cp860 ibm860",
    "cp861": "cp861 ibm861",
    "cp862": "cp862 ibm862 dos862",
    "cp863": "cp863 ibm863",
    "cp864": "cp864 ibm864",
    "cp865": "cp865 ibm865",
    "cp869": "cp869 ibm869",
    "cp1125": "cp1125 ibm1125 ruscii",
    "koi8-t": "koi8t",
    "ptcp154": "ptcp154 cp154 pt154",
    "kz1048": "kz1048 strk10482002",
    "hp_roman8": "hproman8 roman8 xroman8",
    "mac_roman": "macintosh mac macroman xmacroman cp10000",
    "mac_cyrillic": "maccyrillic xmaccyrillic cp10007",
    "mac_greek": "macgreek xmacgreek cp10006",
    "mac_latin2": "macce xmacce maccentraleurope cp10029",
    "mac_turkish": "macturkish xmacturkish cp10081",
    "mac_iceland": "maciceland xmaciceland cp10079",
    "gb18030": "gb2312 gbk gb18030 cp936 ms936 windows936 chinese csgb2312 xgbk euccn gb231280 gb csgb231280 csgbk"
    " isoir58",
    "hz": "hz hzgb2312",
    "big5hkscs": "big5 big5hkscs big5hk cnbig5 xxbig5 csbig5 cp950 big5eten",
    "cp932": "shiftjis sjis xsjis mskanji cp932 windows31j ms932 shiftjisx0213 csshiftjis cswindows31j sjiswin"
    " xmscp932",
    "euc_jis_2004": "eucjp xeucjp eucjis2004 csextendedunixcodepackedformatforjapanese cseucpkdfmtjapanese"
    " cp51932 eucjpms eucjpwin",
    "iso2022_jp_ext": "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpext iso2022jpms csiso2022jp"
    " cp50220 cp50221 jis",
    "cp949": "euckr ksc56011987 ksc5601 ksc56011989 cp949 uhc windows949 korean xwindows949 ksc56011992 cseuckr",
    "johab": "johab cp1361 ms1361",
    "iso2022_kr": "iso2022kr csiso2022kr",
}
_CODECS = {spelling: codec for codec, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_JIS_SEGMENT = re.compile(rb"(\x1b\$[@B]|\x1b\$\([A-Z]|\x1b\([A-Z]|\x1b|)([^\x1b]*)")
_KNOWN_START = re.compile(
    r"(?:x-)?(?:utf-?8|us-?ascii|(?:windows|cp)[-_]?125\d|iso[-_]?8859[-_]1[0-6]|iso[-_]?8859[-_]\d|koi8-[ru]|gb2312|big5)"
)
_NOISE = re.compile(r"[^a-z0-9]")
_WESTERN = {"cp1252", "iso8859-15", "cp850"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_for(label: str | None) -> str | None:
    """Name the Python codec that a sender's label means, or None for no charset we know."""
    if not label or len(label) > 60:
        return None
    label = label.lower()
    if codec := _CODECS.get(_NOISE.sub("", label)):
        return codec
    start = _KNOWN_START.match(label)  # "windows-1252http-equiv", "us-ascii//translit"
    return _CODECS.get(_NOISE.sub("", start[0])) if start else None


def decode(data: bytes, label: str | None = None) -> str:
    """Read bytes as text. Never fails: what nothing explains becomes U+FFFD."""
    return clean(_decode(data, label))


def clean(text: str) -> str:
    """Drop what no database and no page can hold: NUL, and halves of surrogate pairs."""
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text


def _decode(data: bytes, label: str | None) -> str:
    codec = codec_for(label)
    if data.isascii() and b"\x1b" not in data and codec not in ("utf-7", "hz", "utf-16", "utf-32"):
        return data.decode("ascii")
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return data.decode(marked, "replace").removeprefix("\ufeff")
    if codec in ("utf-16", "utf-32"):
        return _wide(data, codec, label or "")
    if codec is None or codec == "utf-8" or codec in _WESTERN:
        return _utf8_or(data, codec)
    text = _surely_utf8(data, codec) or _strictly(data, codec)
    if text is None and codec == "iso2022_jp_ext":
        return _japanese_of_windows(data)
    if text is None:
        text = _strictly(data, "utf-8")
    return data.decode(codec, "replace") if text is None else text


def _japanese_of_windows(data: bytes) -> str:
    """ISO-2022-JP with the letters that Windows adds (circled numbers, company signs)."""
    read = []
    for escape, segment in _JIS_SEGMENT.findall(data):
        if escape.startswith(b"\x1b$"):
            read.append(bytes(byte | 0x80 for byte in segment).decode("euc_jis_2004", "replace"))
        elif escape == b"\x1b(I":  # katakana of half width
            read.append(
                b"".join(b"\x8e%c" % (byte | 0x80) for byte in segment).decode("euc_jis_2004", "replace")
            )
        else:
            read.append(segment.decode("ascii", "replace"))
    return "".join(read)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _utf8_or(data: bytes, codec: str | None) -> str:
    """Valid UTF-8 is UTF-8, whatever a Western label says: Latin-1 text is so by no accident."""
    text = _strictly(data, "utf-8")
    if text is not None and b"\x1b" not in data:
        return text
    if codec in _WESTERN and codec is not None:
        # ASCII with high bytes has no label at all; cp1252 leaves five bytes without a letter
        return _strictly(data, codec) or data.decode(codec, "replace")
    return _mostly_utf8(data) or guess(data)


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with a scratch: a character cut in half must not turn the rest into mojibake."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(1 for character in text[:20_000] if character > "\x7f") - broken
    return text if sound > 2 * broken and b"\x1b" not in data else None


def _surely_utf8(data: bytes, codec: str) -> str | None:
    """UTF-8 under another label. Words of other sets are valid UTF-8 by accident, texts are not."""
    text = None if b"\x1b" in data else _strictly(data, "utf-8")
    if text is None:
        return None
    enough = 2 if codec.startswith(("cp125", "iso8859", "koi8")) else 6
    return text if sum(character > "\x7f" for character in text[:2_000]) >= enough else None


def _wide(data: bytes, codec: str, label: str) -> str:
    if data.isascii() and b"\0" not in data:  # the label lies: this was never wide
        return data.decode("ascii")
    order = "-be" if label.lower().endswith("be") or data[:1] == b"\0" else "-le"
    return data.decode(codec + order, "replace")


def known_codecs() -> list[str]:
    """Every codec that `decode` may use."""
    return sorted({*_SPELLINGS, "ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp950"})
