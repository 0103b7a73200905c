import pytest

from channels_inbox.email import message_ids


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("<a@x>", ["a@x"]),
        ("a@x", ["a@x"]),
        ("<<a@x>>", ["a@x"]),
        ("<a@x> <b@x>\n <c@x>", ["a@x", "b@x", "c@x"]),
        ("<a@x> <b@x> <a@x>", ["a@x", "b@x", "a@x"]),
        ("<a@x>,<b@x>", ["a@x", "b@x"]),
        ("<a@\n x>", ["a@x"]),
        ("a@x b@x", ["a@x", "b@x"]),
        ('"Your message of Monday" <a@x>', ["a@x"]),
        ("Message from Jane of Monday a@x", ["a@x"]),
        ("=?utf-8?q?=3Ca=40x=3E?=", ["a@x"]),
        ("<no-at-sign>", ["no-at-sign"]),
        ("", []),
        ("<>", []),
    ],
)
def test_ids_are_kept_without_their_brackets(header, found):
    assert message_ids.read(header) == found
    assert message_ids.first(header) == (found[0] if found else "")


def test_of_an_endless_conversation_the_first_and_the_latest_ids_count():
    found = message_ids.read(" ".join(f"<{number}@x>" for number in range(1_000)))

    assert (found[0], found[1], found[-1], len(found)) == ("0@x", "801@x", "999@x", 200)


def test_an_id_that_is_longer_than_a_line_is_none():
    assert message_ids.read("<" + "x" * 1_500 + "@x>") == message_ids.read("x" * 60_000) == []
