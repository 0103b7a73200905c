"""What makes a desk's day: a very long thread, HTML mail, emoji, strangers, machines that answer, praise and anger."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, away, becomes, notes, says, stranger
from tickets.models import Priority

NEWSLETTER = """<div style="background:#f4efe6;padding:24px;font-family:Georgia,serif">
<table width="100%" cellpadding="8" style="border-collapse:collapse;background:#fff">
<tr><td colspan="2" style="background:#7a3b1d;color:#fff;font-size:20px">Harbor Lane Books</td></tr>
<tr><td><b>Three</b> things do not work on the booking page:</td><td><img src="https://harborlane.test/pixel.gif?id=8812" width="1" height="1" alt=""></td></tr>
<tr><td colspan="2"><ol><li>The <span style="background:#ffff66">yellow button</span> does nothing on my tablet.</li>
<li>Prices show as <i>0.00</i> for readings.</li><li>The map is of <u>Harbor Lane, Ohio</u>. We are in <u>Maine</u>.</li></ol></td></tr>
<tr><td colspan="2">See the screenshot:<br><img src="cid:booking-page" alt="The booking page"></td></tr>
<tr><td colspan="2" style="color:#888;font-size:12px">Ruth Abernathy · Harbor Lane Books · <a href="https://harborlane.test/?utm_source=signature">harborlane.test</a></td></tr>
</table></div>"""

WEEKS = tuple(
    line
    for week, (question, answer) in enumerate(
        [
            ("Week one: the old calendar is exported. 2,300 bookings, 14 rooms. Shall I send it as one file or per room?", "One file per room, please; then a mistake stays in its room."),
            ("Done. Room 7 has bookings without an end.", "Those get one hour by default. I have marked them “please check”."),
            ("We checked 212 of them. Can two people work on that list at once?", "Yes. Whoever opens a row has it for five minutes; the other one sees a name on it."),
            ("The staff asks whether their private appointments come along.", "Only as “busy”, without a title. Nobody sees more than that."),
            ("First day with both systems side by side. It went well until 15:00, then room 3 was double.", "The old system sends its changes only every hour. I have switched room 3 to read-only there."),
            ("Can we print tomorrow’s list per room? The caretakers do not have phones.", "Calendar → Print → By room. I have set it up so that a PDF comes every day at 6:00."),
            ("The PDF came at 7:00.", "Your time zone moved with the clocks, the job did not. Corrected."),
            ("It is official: we switch off the old one on Friday.", "Congratulations! I will be at the phone from 7:00 to 10:00 that morning."),
            ("Friday. Old one is off. 41 bookings by 9:00, no complaint so far.", "That is what I like to hear. I leave this open until Monday."),
        ]
    )
    for line in (
        asks(question, 0 if week == 0 else 3 * DAY),
        says("jonas", answer, 90, status="open"),
    )
)  # fmt: skip

CONVERSATIONS = (
    Conversation(
        subject="Moving 14 rooms from the old calendar",
        team="Technical",
        tags=("import", "onboarding"),
        cc=("oskar",),
        lines=(
            *WEEKS,
            notes("tom", "Lovely migration. May I quote this one for the docs?"),
            asks("Monday: all quiet. Thank you for six weeks of patience!", 3 * DAY),
        ),
        cases=(Case(customer="elena", ago=28 * DAY, assignee="jonas"),),
    ),
    Conversation(
        subject="Three things do not work",
        team="Technical",
        tags=("bug",),
        lines=(
            asks(
                "Three things do not work on the booking page: the yellow button, the prices, the map.",
                html=NEWSLETTER,
                files=("booking-page.png",),
            ),
            says(
                "agent",
                "Hi {first}, thank you for the numbered list. 1 and 2 are mended; for the map please check the address under Settings → Company: it says Ohio there.",
                65,
            ),
        ),
        cases=(Case(customer="ruth", ago=5 * HOUR, assignee="agent"),),
    ),
    Conversation(
        subject="🎉🎉 500th booking today!! 🎉🎉",
        tags=("praise",),
        lines=(
            asks(
                "No question, just joy. 🥁🥁🥁 Five hundred drum lessons booked through you since May. Thank you 👩‍💻👨🏽‍💻🧑🏻‍💻 all! ❤️"
            ),
            says(
                "agent",
                "This made the whole room smile, {first}. 🥁 To the next five hundred!",
                18,
                status="solved",
            ),
        ),
        cases=(Case(customer="sam", ago=27 * HOUR), Case(customer="siobhan", ago=36 * DAY)),
    ),
    Conversation(
        subject="THIRD TIME I WRITE!!!",
        priority=Priority.URGENT,
        tags=("complaint",),
        lines=(
            asks(
                "This is the THIRD mail. My booking page is DOWN since Friday and nobody answers. I am losing money every hour. If I have no answer by noon I will tell everybody what your “support” is worth."
            ),
            notes(
                "manager",
                "The first two went to the old address (sales@), which nobody reads. Ours to fix: I call him now.",
            ),
            says(
                "manager",
                "Mr Petrov, we spoke just now; here is what we agreed: the page has been up again since 11:20, the days since Friday are free of charge, and mail to the old address now reaches us. I apologise.\n\nMika Korhonen",
                50,
                status="open",
            ),
            asks("Thank you for calling. Page works.", 2 * HOUR),
        ),
        cases=(Case(customer="ivan", ago=6 * HOUR, assignee="manager"),),
    ),
    Conversation(
        subject="Change of bank details",
        team="Billing",
        tags=("payment",),
        lines=(
            asks("Please use our new account from December: SE35 5000 0000 0549 1000 0003."),
            says(
                "sofia",
                "Thank you, {first}. For your safety I will call the number we have on file before I change anything.",
                30,
            ),
            stranger(
                "nameless",
                "Do not call, we are travelling. Just use this account instead: GB00 0000 0000 1234. It is urgent, the boss waits.",
            ),
        ),
        cases=(Case(customer="oskar", ago=7 * HOUR, assignee="sofia", priority=Priority.HIGH),),
    ),
    Conversation(
        subject="Re: your invoice",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks("ok"),
            says(
                "agent",
                "Hello! I have received an “ok” without anything else. What may I do for you?",
                5 * HOUR,
            ),
            away(
                "Automatic reply: I am on parental leave until 1 March. In urgent cases please contact my colleague."
            ),
        ),
        cases=(Case(customer="nameless", ago=9 * DAY, assignee="agent"),),
    ),
    Conversation(
        subject="",
        tags=(),
        lines=(asks("hi do you have a phone number i dont like writing"),),
        cases=(Case(customer="sam", ago=19),),
    ),
    Conversation(
        subject="How do I invite my colleague?",
        channel="form",
        tags=("question",),
        lines=(
            asks("I would like my colleague to see the calendar, but not the money."),
            says(
                "agent",
                "Hello {first}! Settings → People → Invite, and give them the role “Calendar only”.",
                25,
                status="solved",
            ),
            asks("Found it, thanks!", 45),
        ),
        cases=(
            Case(customer="customer", ago=2 * HOUR, assignee="agent"),
            Case(customer="kofi", ago=11 * DAY, lines=2),
        ),
    ),
    Conversation(
        subject="Receipt for my tax return",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "Hello, could I have one receipt for the whole year instead of twelve? My tax adviser charges by the page.\n\nCharlie"
            ),
            says(
                "sofia",
                "Hello Charlie,\n\nhere it is: one page, twelve months. It will be made for you every January from now on.\n\nSofía",
                2 * HOUR,
                files=("receipt-2026.pdf",),
            ),
        ),
        cases=(Case(customer="customer", ago=30 * HOUR, assignee="sofia"),),
    ),
    Conversation(
        subject="Zoom link in the reminder goes to the wrong room",
        team="Technical",
        tags=("bug", "reminder"),
        lines=(
            asks(
                "Guests of room B get the link of room A since yesterday. Three people sat in the wrong yoga class. One of them stayed, she liked it."
            ),
            says(
                "agent",
                "I am glad about the one who stayed! The template of room B held the link of room A as fixed text. I have put the placeholder back.",
                35,
            ),
            asks("Confirmed, thank you. Can that be a warning in the editor?", DAY),
            becomes("agent", "on_hold", 20),
        ),
        cases=(Case(customer="priyanka", ago=2 * DAY, assignee="agent"),),
    ),
)
