"""The booking app: sign-in, export, calendars, webhooks, speed."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, becomes, notes, says
from tickets.models import Priority

LOG = """2026-11-18T07:41:02Z POST https://hooks.brightside.test/northwind 401
  X-Northwind-Signature: v1,1f0c…9ad2
  body-sha256: 9b2cf535f27731c974343645a3985328…
2026-11-18T07:41:33Z retry 1 401
2026-11-18T07:42:33Z retry 2 401"""

CONVERSATIONS = (
    Conversation(
        subject="Cannot export contacts to CSV",
        team="Technical",
        tags=("export", "bug"),
        lines=(
            asks(
                "The button spins for a minute, then nothing happens. Firefox and Chrome, about 18,000 contacts. It worked in September."
            ),
            says(
                "jonas",
                "Hi {first}, thanks for the details. With that many contacts the export runs into a time limit that we lowered in October. I have raised it for you; could you try once more?",
                25,
            ),
            asks("Works now, took about 40 seconds.", 30),
            notes(
                "tom",
                "Proper fix is in the next release: the export becomes a background job that mails a link.",
            ),
            becomes("jonas", "solved", 10),
        ),
        cases=(
            Case(customer="tomas", ago=3 * DAY),
            Case(customer="ines", ago=88, lines=1),
        ),
    ),
    Conversation(
        subject="Login link never arrives",
        team="Technical",
        priority=Priority.HIGH,
        tags=("sign-in", "mail"),
        lines=(
            asks(
                "I checked the spam folder too. I am using a company address; my colleague with a private one gets the mail at once."
            ),
            notes(
                "jonas",
                "Their mail server greylists us and then rejects with “451 4.7.1 try later”. Our retries come after the link has expired.",
            ),
            says(
                "jonas",
                "Hi {first},\n\nyour mail server delays our mail by half an hour, and the link is only valid for fifteen minutes. I have made it valid for two hours for your domain. Please ask your IT to let mail.northwind.test through.",
                45,
            ),
        ),
        cases=(
            Case(customer="aisha", ago=2 * HOUR, assignee="jonas"),
            Case(customer="ruth", ago=41, lines=1, priority=Priority.URGENT),
        ),
    ),
    Conversation(
        subject="Webhook signature mismatch after upgrade",
        team="Technical",
        tags=("api", "webhooks"),
        lines=(
            asks(
                "Since 4.2 every delivery fails with 401 on our side. Logs attached. We verify the signature exactly as documented.\n\n"
                + LOG,
                files=("webhook.log",),
            ),
            says(
                "kenji",
                'Thank you for the log. Since 4.2 the signature covers the timestamp as well: `timestamp + "." + body`. The documentation was only updated on Tuesday, sorry for that. The old scheme can be switched on again under Settings → API until March.',
                5 * HOUR,
            ),
            asks(
                "That was it. Please put such changes into the release notes in bold red letters next time.",
                DAY,
            ),
            says("kenji", "Fair. I have passed that on, with the bold red letters.", 50, status="solved"),
        ),
        cases=(
            Case(customer="hannah", ago=4 * DAY),
            Case(customer="stefan", ago=7 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Bookings show one hour late since Sunday",
        team="Technical",
        priority=Priority.URGENT,
        tags=("time-zone", "calendar"),
        lines=(
            asks(
                "Since the clocks changed every booking that was made before Sunday stands one hour too late in the calendar. New ones are right. We have 62 patients tomorrow!"
            ),
            says(
                "jonas",
                "{first}, we see it: bookings made before the change in rooms with a zone of their own are shown wrong. The data itself is right, so the reminders go out at the right time. A fix is being tested now; I write again within the hour.",
                8,
            ),
            says(
                "jonas",
                "The fix is live. Please reload the calendar and tell me if one single booking still looks wrong.",
                50,
            ),
            asks("All right again. That was scary, but thank you for telling me every step.", 20),
            becomes("jonas", "solved", 30),
        ),
        cases=(
            Case(customer="wanjiru", ago=26 * DAY),
            Case(customer="eleni", ago=35, lines=1, priority=Priority.URGENT),
        ),
    ),
    Conversation(
        subject="Two-factor code is always wrong",
        team="Support",
        tags=("sign-in", "2fa"),
        lines=(
            asks(
                "New phone, moved the authenticator app, now every code is refused. I am the only admin. Help!"
            ),
            says(
                "agent",
                "Hi {first}, that happens when the clock of the new phone is off by more than a minute. Please set it to automatic and try again. If that does not help, use one of the recovery codes that you printed when you switched it on.",
                15,
            ),
            asks("The clock it was. I never would have thought of that 🙈", 12),
            becomes("agent", "solved", 3),
        ),
        cases=(
            Case(customer="sam", ago=13 * DAY),
            Case(customer="customer", ago=5 * DAY),
        ),
    ),
    Conversation(
        subject="Can clients choose the therapist themselves?",
        channel="form",
        tags=("question", "booking"),
        lines=(
            asks(
                "We have four therapists. Clients should be able to choose one or say “whoever is free”. Is that possible, and on which plan?"
            ),
            says(
                "leila",
                "Yes, on all plans: Services → (a service) → Staff → “Client chooses”. Tick “Anyone” as well and the app picks whoever is free first.",
                50,
                status="solved",
            ),
        ),
        cases=(
            Case(customer="priyanka", ago=8 * DAY),
            Case(customer="agnieszka", ago=17 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="The calendar is slow on Monday mornings",
        team="Technical",
        tags=("performance",),
        lines=(
            asks(
                "Every Monday between 8 and 9 a page takes 10 to 15 seconds. The rest of the week it is quick. Five people sit here and wait."
            ),
            notes(
                "tom",
                "Report job for all workspaces runs at 08:00 CET on Mondays. Moving it to Sunday night.",
            ),
            says(
                "jonas",
                "Thank you, the hour helped: a weekly report runs then. We are moving it to the night; next Monday should be quick. I keep this open until you have seen it.",
                2 * HOUR,
                status="on_hold",
            ),
        ),
        cases=(
            Case(customer="klaus", ago=3 * DAY, assignee="jonas"),
            Case(customer="george", ago=10 * DAY, lines=1, status="open", assignee="kenji"),
        ),
    ),
    Conversation(
        subject="Delete my account and all data",
        tags=("privacy", "gdpr"),
        lines=(
            asks("Under article 17 GDPR I ask you to delete everything you have about me. Please confirm."),
            notes(
                "admin",
                "Identity checked: wrote from the address of the account. Invoices stay for the tax office, everything else goes.",
            ),
            says(
                "admin",
                "Dear {first},\n\nwe have deleted your account and all bookings. Invoices have to stay for ten years by law; nobody can reach them but the accountant. Backups expire within 30 days.\n\nAda Nyberg",
                DAY,
                status="solved",
            ),
        ),
        cases=(
            Case(customer="nameless", ago=15 * DAY),
            Case(customer="bea", ago=20 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Feature request: dark mode in the booking page",
        tags=("feature-request",),
        lines=(
            asks("Half of our guests book at night. A dark booking page would be lovely. 🌙"),
            says(
                "leila",
                "What a nice thought. I have added your voice to the request (you are number 48). I cannot promise a date, but you will hear from us when it is there.",
                5 * HOUR,
                status="solved",
            ),
            asks("Thanks!", 30),
        ),
        cases=(
            Case(customer="minjun", ago=30 * HOUR, assignee="leila"),
            Case(customer="siobhan", ago=22 * DAY, lines=2),
        ),
    ),
    Conversation(
        subject="Import from the old system: 312 rows refused",
        team="Technical",
        tags=("import",),
        lines=(
            asks(
                "I imported our client list. 4,188 rows are in, 312 were refused with “invalid phone number”. They look fine to me. The file with the refused rows is attached.",
                files=("refused-rows.csv",),
            ),
            says(
                "kenji",
                "The 312 numbers have no country code. I can add +49 to all of them and import them again. Shall I?",
                4 * HOUR,
            ),
        ),
        cases=(
            Case(customer="mareike", ago=28 * HOUR, assignee="kenji"),
            Case(customer="dmytro", ago=6 * HOUR, lines=1),
        ),
    ),
)
