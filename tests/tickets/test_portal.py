"""What customers see of their requests, what they do there, and what stays hidden from them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from accounts import magic_links, portal_sessions
from accounts.magic_links import Purpose
from accounts.models import Customer, CustomerSession, Organization
from foundation import desk
from tests.make import make_agent, make_customer, make_message, make_ticket
from tests.pages import without_tokens
from tests.tickets.portal import customer_client
from tickets import files
from tickets.files import NewFile
from tickets.models import Attachment, Message, Ticket
from tickets.services import replies, workflow

pytestmark = pytest.mark.django_db

KEY = "k" * 32


def reply_to(client: Client, ticket: Ticket, text: str = "Thank you, that helped.", **more):
    return client.post(f"/requests/{ticket.number}/reply/", {"text": text, "key": KEY, **more})


def answered(ticket: Ticket, html: str = "<p>We refunded it.</p>", **more) -> Message:
    """A reply of the desk that has left."""
    message = replies.post_reply(
        ticket=ticket, author=more.pop("author", None) or make_agent(), html=html, **more
    )
    Message.objects.filter(pk=message.pk).update(send_after=now() - timedelta(seconds=1), delivery="sent")
    return message


def path_of(link: str) -> str:
    return link.removeprefix(settings.SITE_URL)


# ---- Reading


def test_a_customer_reads_the_conversation():
    ticket = make_ticket(text="My card was charged <b>twice</b>.")
    answered(ticket, author=make_agent(name="Priya Shah"))

    page = customer_client(ticket.requester).get(f"/requests/{ticket.number}/").text

    assert "My card was charged &lt;b&gt;twice&lt;/b&gt;." in page
    assert "<p>We refunded it.</p>" in page
    assert "Priya Shah" in page
    assert "In progress" in page


def test_agents_are_seen_under_their_public_name_only():
    ticket = make_ticket()
    answered(ticket, author=make_agent(name="Priya Shah", alias="Pat", email="priya@desk.test"))

    page = customer_client(ticket.requester).get(f"/requests/{ticket.number}/").text

    assert "Pat" in page
    assert "Priya" not in page
    assert "priya@desk.test" not in page


def test_notes_events_and_recipients_never_reach_a_customer():
    """The canaries are words that stand nowhere else."""
    agent = make_agent(name="Quillfeather", alias="Pat")
    ticket = make_ticket(assignee=agent, team="Zanzibarcrew")
    make_message(
        ticket, text="And copies.", recipients={"to": ["x@desk.test"], "cc": ["otherperson@secret.example"]}
    )
    stranger = make_customer(email="strangeraddress@elsewhere.example", name="")
    make_message(ticket, author=stranger, text="heldcanary", held=True)
    make_message(ticket, author=stranger, text="Me too.")
    replies.add_note(ticket=ticket, author=agent, html="<p>notecanary</p>")
    workflow.tag(ticket=ticket, add=["tagcanary"], actor=agent)
    workflow.change_priority(ticket=ticket, priority=4, actor=agent)
    ticket.requester.notes = "personcanary"
    ticket.requester.save()
    answered(ticket, author=agent, cc=["ccaddress@secret.example"])
    client = customer_client(ticket.requester)

    pages = "".join(
        client.get(path).text
        for path in (
            "/help/",
            "/requests/",
            "/requests/?show=solved",
            f"/requests/{ticket.number}/",
            "/requests/new/",
        )
    )

    for canary in (
        *("notecanary", "heldcanary", "tagcanary", "personcanary", "Quillfeather", "Zanzibarcrew"),
        *("otherperson", "ccaddress", "strangeraddress", "Urgent"),
    ):
        assert canary not in pages
    assert "Me too." in pages


def test_a_reply_that_may_still_be_taken_back_is_not_shown():
    ticket = make_ticket()
    client = customer_client(ticket.requester)
    message = replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Too hasty</p>")

    assert "Too hasty" not in client.get(f"/requests/{ticket.number}/").text
    Message.objects.filter(pk=message.pk).update(send_after=now() - timedelta(seconds=1))
    assert "Too hasty" in client.get(f"/requests/{ticket.number}/").text


def test_the_list_has_open_and_solved_ones_in_plain_words():
    customer = make_customer()
    make_ticket(requester=customer, subject="Still broken", status="pending")
    make_ticket(requester=customer, subject="All fine", status="closed")
    client = customer_client(customer)

    assert "Still broken" in (page := client.get("/requests/").text)
    assert "Waiting for you" in page
    assert "All fine" not in page
    assert "All fine" in client.get("/requests/?show=solved").text


def test_a_long_list_is_paged(django_assert_max_num_queries):
    customer = make_customer()
    for n in range(52):
        make_ticket(requester=customer, subject=f"Request no. {n}.")
    client = customer_client(customer)

    with django_assert_max_num_queries(6):
        first = client.get("/requests/").text
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")

    assert first.count("Request no. ") == 50
    assert client.get(f"/requests/{older}").text.count("Request no. ") == 2


# ---- Who may


def world() -> tuple[Customer, Ticket, dict[str, Client]]:
    """A's request, and everybody who might want to see it."""
    firm = Organization.objects.create(name="Fjordworks")
    owner, colleague = make_customer(organization=firm), make_customer(organization=firm)
    ticket, other = make_ticket(requester=owner), make_ticket(requester=owner)
    copied = make_customer()
    make_message(ticket, text="With copies", participants=[copied])
    blocked = make_customer()
    make_ticket(requester=blocked)
    agent = Client()
    agent.force_login(make_agent())
    people = {
        "anonymous": Client(),
        "colleague": customer_client(colleague),
        "another customer": customer_client(make_ticket().requester),
        "in copy": customer_client(copied),
        "by a link to another request": customer_client(owner, only=other.number),
        "an agent, as such": agent,
        "blocked": customer_client(blocked),
        "owner": customer_client(owner),
        "by a link to this request": customer_client(owner, only=ticket.number),
    }
    blocked.blocked_at = now()
    blocked.save()
    return owner, ticket, people


def test_security44_a_request_is_open_to_its_owner_and_does_not_exist_for_anybody_else():
    owner, ticket, people = world()
    Attachment.objects.bulk_create([_attachment(ticket)])
    file = Attachment.objects.get()
    doors = {
        "read": lambda client: client.get(f"/requests/{ticket.number}/"),
        "reply": lambda client: reply_to(client, ticket, "Let me in"),
        "solve": lambda client: client.post(f"/requests/{ticket.number}/solve/"),
        "reopen": lambda client: client.post(f"/requests/{ticket.number}/reopen/"),
        "file": lambda client: client.get(f"/files/{file.token}/"),
    }
    inside = {"owner", "by a link to this request"}

    for who, client in people.items():
        for what, door in doors.items():
            answer = door(client)
            if answer.streaming:
                list(answer.streaming_content)  # or the file would stay open
            led_in = answer.status_code == 200 or answer.get("Location") == f"/requests/{ticket.number}/"
            agent_reads_file = (who, what) == ("an agent, as such", "file")
            assert led_in == (who in inside or agent_reads_file), (who, what, answer.status_code)
    assert set(ticket.messages.filter(text="Let me in").values_list("author_customer", flat=True)) == {
        owner.pk
    }


def _attachment(ticket: Ticket) -> Attachment:
    row = Attachment(
        ticket=ticket,
        message=ticket.messages.first(),
        name="a.txt",
        content_type="text/plain",
        size=2,
        sha256="0" * 64,
    )
    row.file.save("a.txt", SimpleUploadedFile("a.txt", b"hi"), save=False)
    return row


def test_a_number_that_is_not_theirs_looks_like_one_that_does_not_exist():
    _owner, ticket, people = world()
    missing = 999_999_999

    for who in ("anonymous", "colleague", "by a link to another request", "in copy"):
        seen = []
        for number in (ticket.number, missing):
            answer = people[who].get(f"/requests/{number}/")
            seen.append(
                (answer.status_code, answer.get("Location"), without_tokens(answer).replace(str(number), "N"))
            )
        assert seen[0] == seen[1], who


def test_a_file_of_a_note_is_not_a_customers():
    ticket = make_ticket()
    row = _attachment(ticket)
    row.message = replies.add_note(ticket=ticket, author=make_agent(), html="<p>See file</p>")
    row.save()

    client = customer_client(ticket.requester)

    assert client.get(f"/files/{row.token}/").status_code == 404


def test_trashed_requests_are_gone():
    ticket = make_ticket(trashed_at=now())

    assert customer_client(ticket.requester).get(f"/requests/{ticket.number}/").status_code == 404


def test_a_merged_request_leads_to_where_it_went():
    customer = make_customer()
    target = make_ticket(requester=customer)
    middle = make_ticket(requester=customer, merged_into=target)
    source = make_ticket(requester=customer, merged_into=middle)

    for client in (customer_client(customer), customer_client(customer, only=source.number)):
        assert client.get(f"/requests/{source.number}/")["Location"] == f"/requests/{target.number}/"
        assert client.get(f"/requests/{target.number}/").status_code == 200


def test_a_request_merged_into_somebody_elses_shows_nothing_of_theirs():
    target = make_ticket()
    source = make_ticket(merged_into=target)
    client = customer_client(source.requester)

    assert client.get(f"/requests/{source.number}/").status_code == 404
    assert client.get(f"/requests/{target.number}/").status_code == 404


# ---- Writing


def test_a_reply_joins_the_request():
    ticket = make_ticket(status="pending")

    answer = reply_to(customer_client(ticket.requester), ticket)

    ticket.refresh_from_db()
    message = ticket.messages.last()
    assert answer["Location"] == f"/requests/{ticket.number}/"
    assert (message.text, message.channel, message.is_public) == ("Thank you, that helped.", "portal", True)
    assert ticket.category == "open"


def test_fault43_a_form_that_is_sent_twice_counts_once():
    ticket = make_ticket()
    client = customer_client(ticket.requester)

    for _press in range(2):
        assert reply_to(client, ticket).status_code == 302

    assert ticket.messages.count() == 2


def test_a_reply_may_bring_files():
    ticket = make_ticket()
    uploads = [
        SimpleUploadedFile("one.txt", b"1", "text/plain"),
        SimpleUploadedFile("two.txt", b"2", "text/plain"),
    ]
    client = customer_client(ticket.requester)

    reply_to(client, ticket, "", attachments=uploads)

    names = [file.name for file in ticket.messages.last().attachments.all()]
    assert names == ["one.txt", "two.txt"]
    token = ticket.messages.last().attachments.first().token
    assert b"".join(client.get(f"/files/{token}/").streaming_content) == b"1"


def test_nothing_at_all_is_no_reply():
    ticket = make_ticket()

    answer = reply_to(customer_client(ticket.requester), ticket, "  ")

    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert ticket.messages.count() == 1


def test_what_is_too_large_is_refused_and_the_words_stay():
    desk.change(None, max_file_bytes=2**20)
    ticket = make_ticket()
    file = SimpleUploadedFile("film.mp4", b"x" * (2**20 + 1))

    answer = reply_to(customer_client(ticket.requester), ticket, "Here is the film", attachments=[file])

    assert answer.status_code == 422
    assert "“film.mp4” is larger than 1 MB." in answer.text
    assert "Here is the film" in answer.text


def test_nobody_floods_a_request(settings):
    ticket = make_ticket()
    client = customer_client(ticket.requester)

    answers = [reply_to(client, ticket, f"Again {n}", key=f"{n:032}").status_code for n in range(31)]

    assert answers == [302] * 30 + [429]


def test_solving_and_opening_again():
    ticket = make_ticket(status="open")
    client = customer_client(ticket.requester)

    client.post(f"/requests/{ticket.number}/solve/")
    assert Ticket.objects.get().category == "solved"
    assert "It is not solved" in client.get(f"/requests/{ticket.number}/").text
    client.post(f"/requests/{ticket.number}/reopen/")

    assert Ticket.objects.get().category == "open"
    assert ticket.events.filter(actor_customer=ticket.requester, kind="status.changed").count() == 2


def test_a_reply_to_a_solved_request_opens_it_again():
    ticket = make_ticket(status="solved")

    reply_to(customer_client(ticket.requester), ticket)

    assert Ticket.objects.get().category == "open"


def test_what_is_closed_stays_closed_and_a_new_request_follows_it_up():
    ticket = make_ticket(status="closed", subject="Charged twice")
    client = customer_client(ticket.requester, only=ticket.number)

    answer = reply_to(client, ticket, "It happened again.")

    new = Ticket.objects.get(follow_up_of=ticket)
    assert answer["Location"] == f"/requests/{new.number}/"
    assert (new.subject, new.messages.get().text) == ("Charged twice", "It happened again.")
    assert "this is a new one" in client.get(answer["Location"]).text
    assert client.post(f"/requests/{ticket.number}/reopen/").status_code == 409


# ---- Getting in


def test_a_mailed_link_asks_before_it_lets_anybody_in():
    ticket = make_ticket()
    link = magic_links.issue(
        purpose=Purpose.CUSTOMER_REQUEST, customer=ticket.requester, ticket_number=ticket.number
    )
    client = Client()

    page = client.get(path_of(link))
    assert settings.PORTAL_COOKIE_NAME not in client.cookies
    assert ticket.subject not in page.text
    assert ticket.requester.email not in page.text
    answer = client.post(path_of(link))

    assert answer["Location"] == f"/requests/{ticket.number}/"
    cookie = client.cookies[settings.PORTAL_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert ticket.subject in client.get(answer["Location"]).text


def test_a_link_for_one_request_does_not_open_the_others():
    customer = make_customer()
    first, second = (
        make_ticket(requester=customer, subject="One"),
        make_ticket(requester=customer, subject="Two"),
    )
    link = magic_links.issue(purpose=Purpose.CUSTOMER_REQUEST, customer=customer, ticket_number=first.number)
    client = Client()
    client.post(path_of(link))

    assert "Two" not in client.get("/requests/").text
    assert client.get(f"/requests/{second.number}/").status_code == 404


def test_who_came_by_a_link_to_one_request_is_offered_one_to_all():
    ticket = make_ticket()

    page = customer_client(ticket.requester, only=ticket.number).get(f"/requests/{ticket.number}/").text

    assert "Mail me a link to all of them" in page
    assert "Mail me a link" not in customer_client(ticket.requester).get(f"/requests/{ticket.number}/").text


def test_a_link_for_one_request_does_not_take_away_what_is_open_already():
    ticket = make_ticket()
    client = customer_client(ticket.requester)
    other = make_ticket(requester=ticket.requester)
    link = magic_links.issue(
        purpose=Purpose.CUSTOMER_REQUEST, customer=ticket.requester, ticket_number=ticket.number
    )

    client.post(path_of(link))

    assert client.get(f"/requests/{other.number}/").status_code == 200


def test_signing_in_gives_another_key_and_ends_the_session_before():
    before, after = make_customer(), make_customer()
    client = customer_client(before)
    old = client.cookies[settings.PORTAL_COOKIE_NAME].value

    client.post(path_of(magic_links.issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=after)))

    assert client.cookies[settings.PORTAL_COOKIE_NAME].value != old
    assert CustomerSession.objects.get().customer == after


def test_a_used_or_forged_link_offers_a_new_one():
    link = magic_links.issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=make_customer())
    Client().post(path_of(link))

    for path in (path_of(link), "/requests/link/nonsense/"):
        answer = Client().get(path)
        assert answer.status_code == 410
        assert "Mail me a link" in answer.text


def test_an_agents_link_is_no_customers_link():
    link = magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=make_agent())

    assert Client().post(path_of(link).replace("/login/link/", "/requests/link/")).status_code == 410


@pytest.mark.parametrize("ends", ["expires_at", "last_seen_at"])
def test_a_session_ends_by_age_and_by_idleness(ends):
    ticket = make_ticket()
    client = customer_client(ticket.requester)
    assert client.get(f"/requests/{ticket.number}/").status_code == 200

    over = {"expires_at": now(), "last_seen_at": now() - portal_sessions.IDLE}
    CustomerSession.objects.update(**{ends: over[ends]})

    assert client.get(f"/requests/{ticket.number}/")["Location"] == "/requests/"
    assert portal_sessions.sweep() == 1


def test_who_comes_back_now_and_then_stays_known():
    ticket = make_ticket()
    client = customer_client(ticket.requester)

    CustomerSession.objects.update(last_seen_at=now() - timedelta(hours=7))
    client.get(f"/requests/{ticket.number}/")

    assert CustomerSession.objects.get().last_seen_at > now() - timedelta(minutes=1)


def test_leaving_forgets_the_browser():
    ticket = make_ticket()
    client = customer_client(ticket.requester)
    token = client.cookies[settings.PORTAL_COOKIE_NAME].value

    assert client.get("/requests/leave/").status_code == 405
    client.post("/requests/leave/")
    client.cookies[settings.PORTAL_COOKIE_NAME] = token

    assert client.get(f"/requests/{ticket.number}/")["Location"] == "/requests/"


def test_only_a_hash_of_the_session_is_kept():
    client = customer_client(make_customer())

    assert CustomerSession.objects.get().token_hash != client.cookies[settings.PORTAL_COOKIE_NAME].value


def test_an_agents_session_opens_no_customers_page_and_the_other_way_round():
    ticket = make_ticket()
    agent = Client()
    agent.force_login(make_agent())

    assert agent.get(f"/requests/{ticket.number}/")["Location"] == "/requests/"
    assert customer_client(ticket.requester).get(f"/t/{ticket.number}/")["Location"].startswith("/login/")


def test_pictures_in_an_answer_are_shown_from_the_files_door():
    ticket = make_ticket()
    agent = make_agent()
    [picture] = files.store(
        [NewFile(name="p.png", content=b"\x89PNG\r\n\x1a\n0000", content_type="image/png")],
        ticket=ticket,
        uploaded_by=agent,
    )
    answered(
        ticket,
        f'<p>Look: <img src="/files/{picture.token}/" alt="p"></p>',
        author=agent,
        attachments=[picture],
    )
    client = customer_client(ticket.requester)

    page = client.get(f"/requests/{ticket.number}/").text

    assert f'src="/files/{picture.token}/"' in page
    assert b"".join(client.get(f"/files/{picture.token}/").streaming_content).startswith(b"\x89PNG")
    assert 'class="attachment"' not in page
