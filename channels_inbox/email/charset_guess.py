"""Which character set is this, when nobody says?

Eight-bit text without a label betrays itself by the rhythm of its high bytes: lone
ones among ASCII letters are Western, long even runs are East Asian, runs of any
length between spaces are Cyrillic; and each set has a few lead bytes that it uses
all the time.
"""

from __future__ import annotations

import re

_RUNS = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 8_192
_KANA_LEADS = {"cp932": (0x82, 0x83), "euc_jis_2004": (0xA4, 0xA5)}


def guess(data: bytes) -> str:
    """Read unlabelled bytes that are not UTF-8, as well as may be."""
    for codec in (*_candidates(data[:_SAMPLE]), "cp1252"):
        try:
            return data.decode(codec)
        except UnicodeError:
            continue
    return data.decode("cp1252", "replace")


def _candidates(sample: bytes) -> list[str]:
    if b"\x1b$)C" in sample:
        return ["iso2022_kr"]
    if b"\x1b$" in sample or b"\x1b(" in sample:
        return ["iso2022_jp_ext"]
    runs = _RUNS.findall(sample)
    high = b"".join(runs)
    if not high or len(high) < 2.2 * len(runs):  # lone letters with accents
        return []
    return _japanese(sample, high) + _cyrillic(high) + _paired(runs, high)


def _japanese(sample: bytes, high: bytes) -> list[str]:
    """Kana make up half of any Japanese text, and each set keeps them behind two lead bytes."""
    found = []
    for codec, leads in _KANA_LEADS.items():
        pairs = sum(sample.count(lead) for lead in leads)
        if pairs > len(high) * (0.2 if codec == "cp932" else 0.15):
            found.append(codec)
    return found


def _cyrillic(high: bytes) -> list[str]:
    small_koi = sum(0xC0 <= byte <= 0xDF for byte in high) / len(high)
    small_windows = sum(byte >= 0xE0 for byte in high) / len(high)
    if small_windows > 0.7:
        return ["cp1251"]
    if small_koi > 0.7:
        return ["koi8-r"]
    return []


def _paired(runs: list[bytes], high: bytes) -> list[str]:
    """Two bytes a character: common Chinese leads are B0-D7, Korean syllables B0-C8, Big5 A4-C6."""
    leads = b"".join(run[::2] for run in runs)
    if sum(0xB0 <= byte <= 0xC8 for byte in leads) > 0.8 * len(leads) and min(high) > 0xA0:
        return ["cp949", "gb18030"]
    if min(high) > 0xA0 and sum(len(run) % 2 for run in runs) * 5 < len(runs):
        return ["gb18030", "big5hkscs"]
    return ["big5hkscs", "gb18030"]
