"""The new part of a reply in plain text: what mail programs write, in the languages they speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import reply_text
from tests.channels_inbox.email.samples import cases

REPLY = "It still does not print.\nShall I send it in?"
QUOTE = "> Hello,\n>\n> please try again.\n> \n> Support"
HISTORY = "Hello,\n\nplease try again.\n\nSupport"

ATTRIBUTIONS = cases("attributions.txt")
HEADER_BLOCKS = cases("header_blocks.txt")
ALL_NEW = cases("all_new.txt")


@pytest.mark.parametrize("client", ATTRIBUTIONS)
@pytest.mark.parametrize(
    "quote", [QUOTE, QUOTE.replace("> ", ">"), "\n" + QUOTE], ids=["quoted", "tight", "blank line"]
)
def test_a_reply_above_an_attributed_quote_stands_alone(client, quote):
    split = reply_text.split(f"{REPLY}\n\n{ATTRIBUTIONS[client]}\n{quote}\n")

    assert split.visible == REPLY
    assert "please try again" in split.quoted


@pytest.mark.parametrize(
    "client", [name for name in ATTRIBUTIONS if name.startswith(("gmail", "apple", "yahoo", "proton"))]
)
def test_history_without_marks_is_cut_below_a_full_attribution(client):
    if client == "gmail older still":  # without a colon only a mark below it proves what it is
        return
    split = reply_text.split(f"{REPLY}\n\n{ATTRIBUTIONS[client]}\n\n{HISTORY}\n")

    assert split.visible == REPLY


@pytest.mark.parametrize("client", HEADER_BLOCKS)
def test_a_reply_above_a_header_block_stands_alone(client):
    split = reply_text.split(f"{REPLY}\n\n{HEADER_BLOCKS[client]}\n\n{HISTORY}\n")

    assert split.visible == REPLY
    assert split.quoted.endswith("Support")


def test_no_blank_line_is_needed():
    assert reply_text.split(f"{REPLY}\n{ATTRIBUTIONS['gmail english']}\n{QUOTE}").visible == REPLY


def test_apple_quotes_its_attribution_too():
    assert reply_text.split(f"{REPLY}\n\n> {ATTRIBUTIONS['apple english']}\n>\n{QUOTE}").visible == REPLY


@pytest.mark.parametrize("name", ALL_NEW)
def test_all_of_it_is_new(name):
    assert reply_text.split(ALL_NEW[name]).visible == ALL_NEW[name]


@pytest.mark.parametrize(
    ("body", "visible"),
    [
        (f"{ATTRIBUTIONS['gmail english']}\n{QUOTE}\n\n{REPLY}\n", REPLY),
        (f"Hello,\n\n{ATTRIBUTIONS['gmail english']}\n{QUOTE}\n\n{REPLY}\n", f"Hello,\n\n{REPLY}"),
        (
            f"{REPLY}\n\n{ATTRIBUTIONS['gmail english']}\n> {'a long line' * 6}\nwrapped\n> and it goes on\n",
            REPLY,
        ),
        (
            f"{REPLY}\n\n> Cc: Somebody of the Support; users-of-printers@lists.desk.test;\n"
            "printers@lists.desk.test;\n> Subject: x\n> Hello",
            REPLY,
        ),
        (f"{REPLY}\n\n{ATTRIBUTIONS['gmail english']}\n{QUOTE}\n\n-- \nJane Doe\nACME", REPLY),
        (f"{REPLY}\n\n> just a quote\n> at the end\n", REPLY),
        (f"{REPLY}\n\nQuoting support@desk.test:\n\n> a quote\n", REPLY),
        (f"{ATTRIBUTIONS['gmail english']}\n{QUOTE}", ""),
    ],
)
def test_a_reply_may_stand_below_or_around_the_quote(body, visible):
    assert reply_text.split(body).visible == visible


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJane Doe\nACME Corp\n+1 555 0100",
        "--\nJane Doe",
        "Sent from my iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "发自我的iPhone",
        "나의 iPhone에서 보냄",
        "iPhone'umdan gönderildi",
        "Odesláno z iPhonu",
        "發自我的 iPhone",
        "获取 Outlook for iOS",
        "Outlook for iOS を入手",
        "Outlook für iOS beziehen<https://aka.ms/o0ukef>",
        "Scarica Outlook per iOS",
        "Envoyé à partir de Outlook",
        "Enviado desde mi dispositivo móvil",
        "נשלח מה-iPhone שלי",
        "Εστάλη από το iPhone μου",
        "Sent from my cell, please excuse any typos.",
        "Sent using Zoho Mail",
        "<<sent by galaxy>>",
        "_______________________________________________\ndesk-users mailing list\nhttps://lists.example.test/desk-users",
    ],
)
@pytest.mark.parametrize(
    "history", ["", f"\n\n{ATTRIBUTIONS['apple english']}\n{QUOTE}"], ids=["alone", "above a quote"]
)
def test_a_signature_is_set_apart(signature, history):
    split = reply_text.split(f"{REPLY}\n\n{signature}{history}")

    assert split.visible == REPLY
    assert split.signature == signature.strip()


@pytest.mark.parametrize(
    "mark",
    [
        "##- Please type your reply above this line -##",
        "## Please reply above this line ##",
        "=-=-=-= Please reply above this line =-=-=-=",
        "--- Bitte antworten Sie oberhalb dieser Linie ---",
        "-- Répondez au-dessus de cette ligne --",
        "--- Responda por encima de esta línea ---",
        "=== Ответьте выше этой линии ===",
        "-- この行より上に返信してください --",
    ],
)
def test_the_mark_of_a_desk_begins_history(mark):
    assert reply_text.split(f"{REPLY}\n\n{mark}\n\n{HISTORY}").visible == REPLY


def test_links_that_were_wrapped_do_not_end_a_quote():
    quote = "> See\n>\n(http://desk.test/a?ticket=42) >\n> your ticket (http://desk.test/b\n_nonce=3dd518)\n>"

    assert reply_text.split(f"{REPLY}\n\n{ATTRIBUTIONS['gmail english']}\n\n{quote}").visible == REPLY


def test_a_mail_that_is_all_signature_stays_visible():
    assert reply_text.split("-- \nJane Doe\nACME Corp").visible == "-- \nJane Doe\nACME Corp"


def test_a_forward_by_its_subject_keeps_its_header_block():
    body = f"Please help them.\n\n{HEADER_BLOCKS['outlook english']}\n\n{HISTORY}"

    quoted = (
        "Please help them.\n\n> From: Bob <b@x.test>\n> Date: 3 March 2026 10:12\n> To: Jane\n>\n> Broken."
    )

    assert reply_text.split(body, forwarded=True).visible == body
    assert reply_text.split(quoted, forwarded=True).visible == quoted
    assert reply_text.split(body).visible == "Please help them."


LINES = (
    "|> quote|>> deeper|Yes.|-- |--|Sent from my iPhone|From: Bob <b@x.test>|To: Jane|Subject: x"
    "|Sent: 3 March 2026 10:12|-----Original Message-----|________________________________________|http://x.test|a:"
)
lines = st.sampled_from([*LINES.split("|"), ATTRIBUTIONS["gmail english"]])


@given(st.lists(lines, max_size=30))
def test_nothing_is_lost(body):
    split = reply_text.split("\n".join(body))

    assert filled("\n".join([split.visible, split.quoted, split.signature])) == filled("\n".join(body))


def filled(text: str) -> list[str]:
    return sorted(line.strip() for line in text.split("\n") if line.strip())
