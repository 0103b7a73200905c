import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import addresses
from channels_inbox.email.limits import MailRefused

JANE = ("Jane Doe", "jane@x.test")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("jane@x.test", [("", "jane@x.test")]),
        ("<jane@x.test>", [("", "jane@x.test")]),
        ("Jane Doe <jane@x.test>", [JANE]),
        ('"Jane Doe" <jane@x.test>', [JANE]),
        ('"Doe, Jane" <jane@x.test>', [("Doe, Jane", "jane@x.test")]),
        ("Doe, Jane <jane@x.test>", [("Doe, Jane", "jane@x.test")]),
        (r'"Jane \"JD\" Doe" <jane@x.test>', [('Jane "JD" Doe', "jane@x.test")]),
        ("jane@x.test (Jane Doe)", [JANE]),
        ("Jane Doe jane@x.test", [JANE]),
        ("Jane Doe <jane@x.test", [JANE]),
        ("Jane Doe <<jane@x.test>>", [JANE]),
        ("Jane Doe < jane@x.test >", [JANE]),
        ("'Jane Doe' <jane@x.test>", [("'Jane Doe'", "jane@x.test")]),
        ('"Jane <jane@y.test>" <jane@x.test>', [("Jane <jane@y.test>", "jane@x.test")]),
        ("Jane Doe <jane@x.test>Joe <joe@x.test>", [JANE, ("Joe", "joe@x.test")]),
        ('"Jane Doe" <jane@x.test> "Joe" <joe@x.test>', [JANE, ("Joe", "joe@x.test")]),
        ("jane@x.test joe@x.test", [("", "jane@x.test"), ("", "joe@x.test")]),
        ("Jane Doe (a <b@x.test>) <jane@x.test>", [JANE]),
        (r"Jane(not \) really) Doe <jane(hers)@x.test(her host)>", [JANE]),
        ("jane@x  . test", [("", "jane@x.test")]),
        ("jane @ x . test", [("", "jane@x.test")]),
        ("Jane Doe [mailto:jane@x.test]", [JANE]),
        ("mailto:jane@x.test", [("", "jane@x.test")]),
        ('"Friends": jane@x.test; joe@x.test', [("", "jane@x.test"), ("", "joe@x.test")]),
        ("Friends: jane@x.test; (the end)", [("", "jane@x.test")]),
        ('"Jane Doe"@x.test', [("", '"Jane Doe"@x.test')]),
        ('Jane <"Jane Doe"@x.test>, joe@x.test', [("Jane", '"Jane Doe"@x.test'), ("", "joe@x.test")]),
        ("undisclosed-recipients", []),
        ("<Undisclosed recipients:>", []),
        ("Jane Doe <mailto:jane@x.test>", [JANE]),
        ("<@relay.test,@other.test:jane@x.test>", [("", "jane@x.test")]),
        ("a@x.test, b@x.test", [("", "a@x.test"), ("", "b@x.test")]),
        ("a@x.test; b@x.test;", [("", "a@x.test"), ("", "b@x.test")]),
        ("a@x.test,, ,b@x.test", [("", "a@x.test"), ("", "b@x.test")]),
        ("undisclosed-recipients:;", []),
        ("Friends: a@x.test, Jane Doe <jane@x.test>;", [("", "a@x.test"), JANE]),
        ("=?utf-8?Q?J=C3=A4ne=2C_Doe?= <jane@x.test>", [("Jäne, Doe", "jane@x.test")]),
        ('"=?utf-8?Q?J=C3=A4ne?=" <jane@x.test>', [("Jäne", "jane@x.test")]),
        ("=?utf-8?Q?Jane_Doe_<jane@x.test>?=", [JANE]),
        # an address in somebody's name is no address
        ('"boss@bank.test" <evil@x.test>', [("boss@bank.test", "evil@x.test")]),
        ("=?utf-8?Q?boss=40bank.test?= <evil@x.test>", [("boss@bank.test", "evil@x.test")]),
        ("=?utf-8?Q?a=40x.test,_b=40x.test?= <evil@x.test>", [("a@x.test, b@x.test", "evil@x.test")]),
        ("root", [("", "root")]),
        ("MAILER-DAEMON (Mail Delivery System)", [("", "MAILER-DAEMON")]),
        ("", []),
        ("<>", []),
        ("Mail Delivery System <>", [("Mail Delivery System", "")]),
        ('"" (Mail Delivery System)', [("Mail Delivery System", "")]),
        ('"never closed <jane@x.test>', [("never closed", "jane@x.test")]),
        ("Jane (says: hi, there) Doe <jane@x.test>", [JANE]),
        ("jane@bücher.test", [("", "jane@bücher.test")]),
        ("Jane Doe <jane @x.test>", [JANE]),
        ("Desk: Team <a@x.test>", [("Desk: Team", "a@x.test")]),
    ],
)
def test_addresses_are_read_as_people_write_them(header, found):
    assert [tuple(address) for address in addresses.read(header)] == found


def test_more_than_a_thousand_addresses_are_refused():
    with pytest.raises(MailRefused, match="1,000 addresses"):
        addresses.read(", ".join(f"a{number}@x.test" for number in range(1_200)))


@given(st.text(alphabet="ab@.<>()\",;:\\' =?Q", max_size=200))
def test_no_header_makes_it_stumble(text):
    for address in addresses.read(text):
        assert "\n" not in address.name + address.email


@given(st.lists(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.test", fullmatch=True), min_size=1, max_size=20))
def test_what_is_written_plainly_is_read_back(emails):
    assert [address.email for address in addresses.read(", ".join(emails))] == emails
