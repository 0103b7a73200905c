"""An admin's own words for the desk's mails: where they hold, that they leave, and who wrote them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from accounts import notices
from channels_inbox import sending
from channels_inbox.mail_texts import places, texts
from channels_inbox.mail_texts.catalogue import ACKNOWLEDGEMENT, MAILS, REPLY
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place, of_inbox
from channels_inbox.mail_texts.rendering import Wording
from channels_inbox.models import MailText, MessageDelivery
from foundation import settings_index
from foundation.models import AuditEntry
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_brand, make_customer, make_inbox
from tickets import dispatch
from tickets.services import replies

pytestmark = pytest.mark.django_db
ACK, ANSWER = MAILS[ACKNOWLEDGEMENT], MAILS[REPLY]
CUSTOMER = "elena@elsewhere.test"
OWN = Wording("Got #{{ number }}", "Our own words from {{ brand }}.\n\n[Look]({{ link }})")
ACTOR = (None, "Ada Admin")


def save(mail, place, wording=OWN):
    return texts.save(mail, place, wording, actor=ACTOR)


def subject_at(place, mail=ACK):
    return texts.shown(mail, place)[0].subject


@pytest.fixture
def admin(client):
    agent = make_agent(role="Admin", name="Ada Admin", email="ada@elsewhere.test")
    client.force_login(agent)
    return agent


def page(key=ACKNOWLEDGEMENT, **where):
    query = "&".join(f"{name}={value}" for name, value in where.items())
    return reverse("channels_inbox:mail_text", args=[key]) + (f"?{query}" if query else "")


# ---- Where a text holds


def test_the_narrowest_text_counts():
    inbox = make_inbox(brand=make_brand("Northwind"))
    other = make_brand("Southwind")
    for place, subject in [
        (Place(), "everybody"),
        (Place(language="de"), "everybody, German"),
        (Place(brand=inbox.brand), "brand"),
        (of_inbox(inbox, "de"), "inbox, German"),
    ]:
        save(ACK, place, Wording(subject, OWN.body))

    assert subject_at(Place(brand=other, language="en")) == "everybody"
    assert subject_at(Place(brand=other, language="de")) == "everybody, German"
    assert subject_at(Place(brand=inbox.brand, language="de")) == "brand"
    assert subject_at(of_inbox(inbox, "fr")) == "brand"
    assert subject_at(of_inbox(inbox, "de")) == "inbox, German"


def test_only_what_differs_is_stored():
    default, _row = texts.shown(ACK, Place())

    assert not save(ACK, Place(), default)
    assert save(ACK, Place())
    assert not save(ACK, Place())
    assert not save(ACK, Place(brand=make_brand()), OWN)  # says what holds there anyway
    assert MailText.objects.count() == 1

    assert save(ACK, Place(), default)
    assert not MailText.objects.exists()


def test_who_changed_what_is_written_down_with_before_and_after():
    default, _row = texts.shown(ACK, Place())
    save(ACK, Place())
    texts.reset(ACK, Place(), actor=ACTOR)

    taken_back, changed = AuditEntry.objects.filter(action="mail_text.changed")
    assert (changed.actor_label, changed.object_label) == ("Ada Admin", ACKNOWLEDGEMENT)
    assert changed.changes == {
        "subject": [default.subject, OWN.subject],
        "body": [default.body, OWN.body],
    }
    assert taken_back.changes["body"] == [OWN.body, default.body]


def test_a_text_that_is_not_right_is_not_stored():
    with pytest.raises(TextRefused):
        save(ACK, Place(), Wording("x", "{{ nobody }}"))

    assert not MailText.objects.exists()


def test_a_stored_text_that_does_not_fit_any_more_holds_no_mail_up():
    MailText.objects.create(kind=ACKNOWLEDGEMENT, subject="{{ gone }}", body="{{ gone }}")
    values = {"brand": "Northwind", "number": "42", "link": "https://x.test/", "portal": ""}

    made = texts.write(ACKNOWLEDGEMENT, Place(language="en"), values)

    assert made.subject == "We have received your request [#42]"


def test_a_default_speaks_the_language_of_its_reader_and_costs_one_question(django_assert_num_queries):
    values = {"brand": "Northwind", "number": "42", "link": "https://x.test/", "portal": ""}

    with django_assert_num_queries(1):
        made = texts.write(ACKNOWLEDGEMENT, Place(language="en"), values)

    assert "Northwind has received your request." in made.text


def test_a_translation_that_lost_a_placeholder_holds_no_mail_up(monkeypatch):
    def translated(mail):
        wording = default(mail)
        return wording if translation.get_language() is None else Wording("{{ nummer }}", wording.body)

    default = texts.default
    monkeypatch.setattr(texts, "default", translated)
    values = {"brand": "Northwind", "number": "42", "link": "https://x.test/", "portal": ""}

    made = texts.write(ACKNOWLEDGEMENT, Place(language="de"), values)

    assert made.subject == "We have received your request [#42]"


# ---- What leaves


def ask(mailbox, **fields):
    outcome = receive(mailbox, make_mail(sender=CUSTOMER, to=mailbox.address, **fields))
    dispatch.process_events()
    sending.send_due()
    return outcome.ticket


def test_a_confirmation_leaves_in_the_inboxes_own_words_and_is_stored_without_its_link(mailbox, trusted):
    save(ACK, of_inbox(mailbox, ""))

    ticket = ask(mailbox, subject="Canary subject", text="Canary text")

    mail = trusted.smtp.wait_for(CUSTOMER)[0]
    plain, html = (mail.message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert mail.message["Subject"] == f"Got #{ticket.number}"
    assert f"Our own words from {mailbox.brand.name}." in plain
    assert 'class="action" href="http' in html
    assert "Canary" not in plain + html + mail.message["Subject"]
    stored = ticket.messages.get(automatic=True)
    assert "Our own words" in stored.text
    assert "http" not in stored.html + stored.text


def test_the_form_has_words_of_its_own(mailbox, trusted):
    from channels_inbox.form.submission import Submission

    form = make_inbox(address="ask", kind="form", brand=mailbox.brand)
    save(ACK, of_inbox(form, ""), Wording("Form #{{ number }}", OWN.body))
    sent = Submission(key="k" * 16, email=CUSTOMER, name="", subject="Hello", text="Hi", language="en")

    receive(form, sent.pack())
    dispatch.process_events()
    sending.send_due()

    assert trusted.smtp.wait_for(CUSTOMER)[0].message["Subject"].startswith("Form #")


def test_an_answer_stands_in_the_brands_frame(mailbox, trusted):
    mailbox.acknowledge = False
    mailbox.save()
    frame = Wording(
        "{{ subject }} [#{{ number }}]",
        "Dear {{ customer }},\n\n{{ reply }}\n\nAll requests: {{ portal }}\n\n{{ signature }}\n\n{{ history }}",
    )
    save(ANSWER, Place(brand=mailbox.brand), frame)
    ticket = ask(mailbox, subject="Charged twice", text="Why?")

    message = replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Because.</p>")
    replies.send_now(message=message, actor=message.author_agent)
    dispatch.process_events()
    sending.send_due()

    mail = trusted.smtp.wait_for(CUSTOMER)[0].message
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == f"Re: Charged twice [#{ticket.number}]"
    assert text.index("Dear ") < text.index("Because.") < text.index("/requests/") < text.index("> Why?")


def test_a_link_to_sign_in_leaves_in_own_words(mailbox, trusted):
    make_customer(email=CUSTOMER)
    save(MAILS[notices.CUSTOMER_SIGN_IN], Place(), Wording("Come in", "{{ brand }}: {{ link }}"))

    notices.send(notices.CUSTOMER_SIGN_IN, address=CUSTOMER)
    sending.send_due()

    mail = trusted.smtp.wait_for(CUSTOMER)[0].message
    assert mail["Subject"] == "Come in"
    assert f"{mailbox.brand.name}: http" in mail.get_body(("plain",)).get_content()


def test_every_mail_is_at_home_in_light_and_dark_and_has_a_text(mailbox, trusted):
    ask(mailbox)

    mail = trusted.smtp.wait_for(CUSTOMER)[0].message
    html = mail.get_body(("html",)).get_content()
    assert mail.get_content_type() == "multipart/alternative"
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "system-ui" in html
    for unwanted in ("<table", "bgcolor", "<img", "http-equiv", "@import", "url("):
        assert unwanted not in html


# ---- The pages


def test_the_list_names_every_mail_and_where_it_has_own_words(client, admin):
    brand = make_brand("Südwind")
    save(ACK, Place(brand=brand, language="de"))

    shown = client.get(reverse("channels_inbox:mail_texts")).text

    for mail in MAILS.values():
        assert f'href="{page(mail.key)}"' in shown
    assert "Südwind · Deutsch" in shown
    assert f"place=brand%3A{brand.pk}&amp;language=de" in shown


def test_the_search_finds_it():
    for question in ("template", "confirm", "greet", "placeholder"):
        found = settings_index.pages_for(lambda _permission: True, question)
        assert "channels_inbox:mail_texts" in [each.url_name for each in found]


@pytest.mark.parametrize("key", MAILS)
def test_each_page_shows_text_placeholders_and_both_previews(client, admin, key):
    answer = client.get(page(key))

    assert answer.status_code == 200
    for each in MAILS[key].placeholders:
        assert f"<code>{{{{ {each.name} }}}}</code>" in answer.text
    framed = client.get(reverse("channels_inbox:mail_frame", args=[answer.context["preview"].token]))
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert "<!DOCTYPE html>" in framed.text
    assert "mail-preview-text" in answer.text


def test_saving_and_going_back(client, admin):
    brand = make_brand()
    where = page(place=f"brand:{brand.pk}", language="de")

    answer = client.post(where, {"subject": OWN.subject, "body": OWN.body.replace("\n", "\r\n")})

    row = MailText.objects.get()
    assert (row.brand, row.language, row.body, row.updated_by) == (brand, "de", OWN.body, "Ada Admin")
    assert "Our own words" in client.get(answer["Location"]).text
    assert AuditEntry.objects.get(action="mail_text.changed").actor_id == admin.pk

    client.post(where, {"reset": "1"})
    assert not MailText.objects.exists()


def test_a_placeholder_that_does_not_exist_is_refused_by_name_and_what_was_written_stays(client, admin):
    answer = client.post(page(), {"subject": "Hi", "body": "My long text {{ ticket.subject }}"})

    assert answer.status_code == 422
    assert "There is no placeholder “ticket.subject” here." in answer.text
    assert "{{ brand }}, {{ number }}, {{ link }}, {{ portal }}" in answer.text
    assert "My long text {{ ticket.subject }}" in answer.text
    assert not MailText.objects.exists()


def test_the_preview_follows_what_is_typed(client, admin):
    address = reverse("channels_inbox:mail_preview", args=[ACKNOWLEDGEMENT])

    good = client.post(address, {"subject": "Now {{ number }}", "body": "**Typed** {{ brand }}"})
    bad = client.post(address, {"subject": "x", "body": "{{ nobody }}"})

    assert "Now 10482" in good.text
    framed = client.get(reverse("channels_inbox:mail_frame", args=[good.context["preview"].token]))
    assert "<b>Typed</b>" in framed.text
    assert "There is no placeholder “nobody”" in bad.text
    assert "<iframe" not in bad.text


def test_the_preview_of_the_worst_is_harmless(client, admin):
    address = reverse("channels_inbox:mail_preview", args=[REPLY])
    given = {"subject": "{{ subject }}", "body": "{{ customer }}\n\n{{ reply }}", "sample": "hostile"}

    answer = client.post(address, {**given, "scheme": "dark"})

    framed = client.get(reverse("channels_inbox:mail_frame", args=[answer.context["preview"].token])).text
    for part in (answer.text, framed):
        assert "<script>alert" not in part
        assert "<img" not in part
    assert "color-scheme:dark" in framed


def test_a_preview_is_for_who_made_it(client, admin):
    token = client.get(page()).context["preview"].token
    client.force_login(make_agent(role="Admin"))

    assert client.get(reverse("channels_inbox:mail_frame", args=[token])).status_code == 404


def test_without_a_stored_preview_there_is_a_404_and_no_fault(client, admin):
    token = client.get(page()).context["preview"].token
    cache.clear()

    assert client.get(reverse("channels_inbox:mail_frame", args=[token])).status_code == 404


def test_a_test_goes_to_oneself_only_by_the_same_road_and_says_what_is_not_saved(
    client, admin, mailbox, trusted
):
    answer = client.post(
        page(place=f"inbox:{mailbox.pk}"),
        {"subject": "Trial {{ number }}", "body": "Unsaved {{ brand }}", "send_test": "1"},
    )
    assert "What stands here is not saved yet." in answer.text
    sending.send_due()

    mail = trusted.smtp.wait_for("ada@elsewhere.test")[0]
    assert mail.recipients == ("ada@elsewhere.test",)
    assert mail.message["Subject"] == "Trial 10482"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert f"Unsaved {mailbox.brand.name}" in mail.message.get_body(("plain",)).get_content()
    assert not MailText.objects.exists()


def test_without_a_mailbox_the_test_says_so(client, admin):
    answer = client.post(page(), {"subject": "x", "body": "y", "send_test": "1"})

    assert answer.status_code == 409
    assert "There is no email inbox that could send it." in answer.text
    assert not MessageDelivery.objects.exists()


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("nothing", {}),
        (ACKNOWLEDGEMENT, {"place": "brand:999999"}),
        (ACKNOWLEDGEMENT, {"place": "inbox:x"}),
        (ACKNOWLEDGEMENT, {"place": "inbox:99999999999999999999999"}),
        (notices.AGENT_PASSWORD, {"place": "brand:1"}),
    ],
)
def test_a_place_that_is_not_there_is_not_found(client, admin, key, where):
    assert client.get(page(key, **where)).status_code == 404


def test_the_page_of_a_text_that_does_not_fit_any_more_says_so(client, admin):
    MailText.objects.create(kind=ACKNOWLEDGEMENT, subject="{{ gone }}", body="{{ gone }}")

    answer = client.get(page())

    assert answer.status_code == 200
    assert "does not fit its mail any more" in answer.text


def test_what_can_be_chosen_is_what_there_is():
    inbox = make_inbox(brand=make_brand("Northwind"), name="Support")

    first, *_others, brand, own = places.offered(ACK)
    assert [first, brand, own] == [
        ("", "Everybody"),
        (f"brand:{inbox.brand_id}", "Northwind"),
        (f"inbox:{inbox.pk}", "Northwind › Support"),
    ]
    assert places.offered(MAILS[notices.AGENT_PASSWORD]) == [("", "Everybody")]
