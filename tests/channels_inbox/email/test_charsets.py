import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import charsets

RUSSIAN = "Здравствуйте, принтер опять не работает, помогите пожалуйста."
JAPANESE = "こんにちは。プリンターが動きません。よろしくお願いします。"
CHINESE = "您好，我们的打印机又坏了，请尽快帮助我们解决这个问题，谢谢。"
KOREAN = "안녕하세요. 프린터가 작동하지 않습니다. 도와주세요."
GERMAN = "Schöne Grüße aus Köln, der Drucker geht wieder nicht."


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "ISO-8859-1", "latin-1"),
        ("„Anführung“ – 5 €", "iso-8859-1", "cp1252"),
        ("„Anführung“ – 5 €", "us-ascii", "cp1252"),
        ("Łódź", "iso-8859-2", "iso8859-2"),
        ("Łódź", '"Windows-1250"', "cp1250"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "windows-1251", "cp1251"),
        (RUSSIAN, "cp-866", "cp866"),
        (CHINESE, "gb2312", "gbk"),
        (CHINESE, "GBK", "gb18030"),
        ("繁體中文，請幫助我們", "big5", "big5"),
        (JAPANESE, "Shift_JIS", "cp932"),
        (JAPANESE, "iso-2022-jp", "iso2022_jp"),
        (JAPANESE, "euc-jp", "euc_jp"),
        (KOREAN, "ks_c_5601-1987", "cp949"),
        (KOREAN, "euc-kr", "euc_kr"),
        ("שלום", "iso-8859-8-i", "iso8859-8"),
        ("สวัสดี", "tis-620", "cp874"),
        ("Grüße", "unicode-1-1-utf-7", "utf-7"),
        ("Grüße", "utf-16", "utf-16"),
        ("Grüße", "utf-16le", "utf-16-le"),
    ],
)
def test_a_label_is_followed_however_it_is_spelt(text, label, codec):
    assert charsets.decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    "label", ["us-ascii", "iso-8859-1", "windows-1252", "no-such-set", "", None, "utf-7bit", "x" * 500]
)
def test_valid_utf8_beats_a_label_that_is_wrong(label):
    assert charsets.decode(GERMAN.encode(), label) == GERMAN


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        ("Łódź", "iso-8859-2"),
        ("Ελλάδα", "iso-8859-7"),
        (CHINESE, "gb2312"),
        (JAPANESE, "shift_jis"),
        (KOREAN, "euc-kr"),
    ],
)
def test_utf8_under_the_label_of_another_set_is_known(text, label):
    assert charsets.decode(text.encode(), label) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("us-ascii//translit", "cp1252"),
        ("windows-1251http-equiv", "cp1251"),
        ("iso-8859-1 (Western)", "cp1252"),
        ("ANSI_X3.110-1983", "cp1252"),
        ("cp-850", "cp850"),
        ("x-mac-ce", "mac_latin2"),
        ("csISOLatin1", "cp1252"),
        ("johab", "johab"),
        ("dos-862", "cp862"),
    ],
)
def test_rare_and_overgrown_labels_are_known(label, codec):
    assert charsets.codec_for(label) == codec


def test_a_word_that_is_valid_utf8_by_accident_follows_its_label():
    assert charsets.decode("联通".encode("gbk"), "gbk") == "联通"
    assert charsets.decode("рад".encode("cp866"), "cp866") == "рад"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "cp949"),
    ],
)
def test_text_without_a_label_is_guessed(text, codec):
    assert charsets.decode(text.encode(codec)) == text


def test_utf8_with_a_scratch_stays_utf8():
    assert charsets.decode("Grüße aus Köln".encode() + b"\xc3", "utf-8") == "Grüße aus Köln�"


def test_latin_letters_under_a_utf8_label_are_read_as_such():
    assert charsets.decode("Grüße".encode("latin-1"), "utf-8") == "Grüße"


def test_circled_numbers_of_japanese_windows_are_read():
    assert charsets.decode("①見積書".encode("cp932"), "shift_jis") == "①見積書"
    assert charsets.decode(b"\x1b$B-!8+@Q=q\x1b(B", "iso-2022-jp") == "①見積書"


@pytest.mark.parametrize(
    "label", ["zlib", "bz2", "base64", "hex", "rot13", "punycode", "idna", "unicode_escape", "undefined"]
)
def test_codecs_that_are_no_charsets_are_never_used(label):
    assert charsets.codec_for(label) is None
    assert charsets.decode(b"plain", label) == "plain"


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "", "utf-8", "utf-7", "utf-16", "gb2312", "iso-2022-jp", "big5", "x"]),
)
def test_any_bytes_become_text_that_can_be_stored(data, label):
    text = charsets.decode(data, label)
    assert "\0" not in text
    text.encode()
