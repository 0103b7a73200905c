import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email.encoded_words import decode


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?J=C3=BCrgen?=", "Jürgen"),
        ("=?UTF-8?b?SsO8cmdlbg==?=", "Jürgen"),
        ("=?iso-8859-1?q?J=FCrgen_M=FCller?= <x>", "Jürgen Müller <x>"),
        ("=?utf-8?Q?one?= =?utf-8?Q?two?=", "onetwo"),
        ("=?utf-8?Q?one?=\n =?utf-8?Q?two?=", "onetwo"),
        ("=?utf-8?Q?one?= and =?utf-8?Q?two?=", "one and two"),
        ("=?utf-8?Q?one?==?utf-8?Q?two?=", "onetwo"),
        ("Re:=?utf-8?Q?_caf=C3=A9?=!", "Re: café!"),
        # a character cut in two by the mailer
        ("=?utf-8?B?SsM=?= =?utf-8?B?vHJnZW4=?=", "Jürgen"),
        ("=?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?=", "Jürgen"),
        # what must not be there, and is
        ("=?utf-8?Q?with blanks in it?=", "with blanks in it"),
        ("=?utf-8?Q?what??=", "what?"),
        ("=?utf-8?Q?=zz=4?=", "=zz=4"),
        ("=?utf-8?B?SsO8cmdlbg?=", "Jürgen"),
        ("=?utf-8?B?SsO8 cmdlbg==?=", "Jürgen"),
        ("=?utf-8*de?Q?J=C3=BCrgen?=", "Jürgen"),
        ("=?no-such-set?Q?J=FCrgen?=", "Jürgen"),
        ("=?us-ascii?Q?J=C3=BCrgen?=", "Jürgen"),
        ("=??Q?J=C3=BCrgen?=", "Jürgen"),
        ("=?utf-8 ?Q?J=C3=BCrgen?=", "Jürgen"),
        ("what =?? why", "what =?? why"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?Q?cut_off", "cut off"),
        ("is =?this?Q? a word", "is =?this?Q? a word"),
        # once only
        ("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fevil=3F=3D?=", "=?utf-8?Q?evil?="),
    ],
)
def test_encoded_words_are_read_in_all_their_forms(written, read):
    assert decode(written) == read


@given(st.text(alphabet="=?utf8QqBb_ -*\nñ", max_size=200))
def test_nothing_that_looks_like_a_word_makes_it_stumble(text):
    assert isinstance(decode(text), str)
