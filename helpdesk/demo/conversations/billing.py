"""Money: double charges, refunds, plans, invoices."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, becomes, notes, says
from tickets.models import Priority

CONVERSATIONS = (
    Conversation(
        subject="Charged twice for October",
        team="Billing",
        priority=Priority.HIGH,
        tags=("billing", "refund", "duplicate-invoice"),
        lines=(
            asks(
                "Hi,\n\nmy card was charged twice on 1 October: €49.00 each time (invoices {invoice} and the one after"
                " it). We only have one workspace. Could you refund one of them and make sure it does not happen again"
                " next month?\n\nScreenshot of the bank statement attached.\n\nThanks\n{name}",
                files=("statement-oct.png",),
            ),
            notes(
                "agent",
                "Confirmed in the payment log: a retried webhook created the second invoice. Mika, please refund it.",
            ),
            says(
                "manager",
                "Hi {first},\n\nthank you for the screenshot. You are right, and I am sorry. A retried payment created a"
                " second invoice. I have refunded €49.00; banks show it within 3–5 working days.\n\nKind regards\nMika",
                17,
            ),
            asks(
                "Great, thanks! Will November be charged correctly? I would rather not check the statement again.",
                14,
            ),
            says(
                "manager",
                "Yes. The retry is now blocked for your account, and I will look at the 1 November charge myself.",
                9,
                status="solved",
            ),
        ),
        cases=(
            Case(customer="elena", ago=75, lines=4, assignee="manager"),
            Case(customer="jamal", ago=19 * DAY),
        ),
    ),
    Conversation(
        subject="Refund for order {order}?",
        team="Billing",
        tags=("refund",),
        lines=(
            asks(
                "Hello, I cancelled within the 14 days but I do not see the money yet. Order {order}, {amount}. When will it arrive?\n\n{name}"
            ),
            says(
                "agent",
                "Hello {first},\n\nthe refund of {amount} left us yesterday. Depending on your bank it takes up to five working days. If it is not there on Monday, just answer this mail and I will trace it.\n\nPriya",
                55,
            ),
            asks("It has arrived. Thank you for the quick help!", 2 * DAY),
            becomes("agent", "solved", 20),
        ),
        cases=(
            Case(customer="hannah", ago=9 * DAY),
            Case(customer="george", ago=26 * HOUR, lines=2, assignee="agent"),
        ),
    ),
    Conversation(
        subject="VAT number on our invoices",
        team="Billing",
        tags=("invoice", "vat"),
        lines=(
            asks(
                "Good morning,\n\nour accountant says that the VAT number is missing on all invoices since July. Ours is SE556012345601. Can you add it and send them again?\n\nBest\n{name}"
            ),
            says(
                "sofia",
                "Good morning {first},\n\nI have added the number. From now on it stands on every invoice; the four since July are attached again with the number on them.\n\nSofía",
                3 * HOUR,
                files=("invoices-q3.pdf",),
            ),
            asks("Perfect. The accountant is happy, so am I.", 5 * HOUR),
            becomes("sofia", "solved", 30),
        ),
        cases=(
            Case(customer="elena", ago=41 * DAY),
            Case(customer="siobhan", ago=5 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Upgrade from Team to Business, in the middle of the month",
        team="Billing",
        tags=("plan",),
        lines=(
            asks(
                "We are now eleven people and would like to move to Business. What do we pay this month, and does anything change for the calendars we have shared?"
            ),
            says(
                "agent",
                "Hi {first},\n\ngood news about the team! You pay the difference for the days that are left: {amount}. Shared calendars stay as they are. You can switch under Settings → Plan, or answer “yes” and I do it for you.\n\nPriya",
                35,
            ),
            asks("Yes please, from today.", 25),
            says(
                "agent",
                "Done. Business is active, the invoice is on its way to your billing address.",
                8,
                status="solved",
            ),
            asks("Wait, the invoice says 12 seats, not 11?", 3 * HOUR),
        ),
        cases=(
            Case(customer="aisha", ago=29 * HOUR, assignee="agent", priority=Priority.HIGH),
            Case(customer="priyanka", ago=6 * DAY, lines=4),
        ),
    ),
    Conversation(
        subject="Please cancel our subscription",
        team="Billing",
        tags=("cancellation",),
        lines=(
            asks(
                "Hi, we are closing the studio at the end of the year. Please cancel at the end of the paid period, and tell me how to take our data with us.\n\n{name}"
            ),
            notes(
                "sofia",
                "Customer since 2019. Offer the free archive plan, no discount talk please: the studio closes for good.",
            ),
            says(
                "sofia",
                "Dear {first},\n\nI am sorry to hear that. Your plan ends on 31 December and nothing will be charged after it. Under Settings → Export you get everything as one archive (CSV and PDF); it stays there for 90 days.\n\nAll the best for what comes next\nSofía",
                70,
                status="solved",
            ),
        ),
        cases=(
            Case(customer="mareike", ago=4 * DAY),
            Case(customer="kofi", ago=3 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Payment failed, card is fine",
        team="Billing",
        priority=Priority.HIGH,
        tags=("billing", "payment"),
        lines=(
            asks(
                "Your system mailed me three times that the payment of {amount} failed. The card works everywhere else, and my bank sees no attempt at all. If the account is locked tonight I cannot open the shop tomorrow!"
            ),
            says(
                "agent",
                "Hi {first}, nothing will be locked: I have given your account seven days. The attempt is stopped by our payment provider because the card wants a confirmation (3-D Secure). Please open Settings → Payment and press “Confirm card”.",
                12,
            ),
            asks("There is no such button.", 6),
            notes(
                "agent",
                "Can reproduce: the button is missing when the browser language is Portuguese. Asked Technical.",
            ),
        ),
        cases=(
            Case(customer="tomas", ago=58, assignee="agent", status="open"),
            Case(customer="ivan", ago=4 * HOUR, lines=2, status="on_hold", assignee="agent"),
        ),
    ),
    Conversation(
        subject="Charity discount",
        team="Billing",
        channel="form",
        tags=("plan", "discount"),
        lines=(
            asks(
                "We are a registered charity running three clinics. Do you have a reduced price, and what do you need from us?"
            ),
            says(
                "agent",
                "Thank you for asking. Registered charities pay half. Please send the certificate of registration (a photo will do), and I will change the price from the day of your first mail.",
                4 * HOUR,
            ),
        ),
        cases=(
            Case(customer="wanjiru", ago=2 * DAY, assignee="agent"),
            Case(customer="noa", ago=11 * HOUR, lines=1),
        ),
    ),
)
