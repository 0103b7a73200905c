"""Fjordlight, the second brand: lamps, parcels, returns."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, away, becomes, notes, says
from tickets.models import Priority

CONVERSATIONS = (
    Conversation(
        subject="Where is my parcel? Order {order}",
        team="Shop",
        brand="Fjordlight",
        tags=("shipping",),
        lines=(
            asks(
                "Tracking says “arrived at depot” for six days now. The lamp is a birthday present for Saturday. Order {order}."
            ),
            says(
                "nora",
                "Hello {first},\n\nthe parcel is stuck at the depot in Malmö. I have sent a second lamp by express today; it will be with you on Friday before noon. Please simply refuse the first one if it turns up.\n\nNora, Fjordlight",
                65,
            ),
            asks("Oh wow, thank you!! You saved the birthday.", 22),
            becomes("nora", "solved", 5),
        ),
        cases=(
            Case(customer="linnea", ago=6 * DAY),
            Case(customer="sam", ago=47, lines=1),
        ),
    ),
    Conversation(
        subject="Lamp arrived broken",
        team="Shop",
        brand="Fjordlight",
        priority=Priority.HIGH,
        tags=("return", "damaged"),
        lines=(
            asks(
                "The shade has a crack from top to bottom, the box looked fine. Photos attached. I would like a new one, not the money.\n\n{name}, order {order}",
                files=("crack.png", "box.png"),
            ),
            says(
                "nora",
                "I am sorry, {first}. A new shade leaves today. You do not have to send anything back; please put the broken one into the glass recycling.",
                40,
                status="solved",
            ),
            asks("It came this morning and it is beautiful.", 3 * DAY),
        ),
        cases=(
            Case(customer="hannah", ago=4 * DAY, status="open"),
            Case(customer="lars", ago=93, lines=1),
        ),
    ),
    Conversation(
        subject="Return: wrong colour",
        team="Shop",
        brand="Fjordlight",
        tags=("return",),
        lines=(
            asks(
                "I ordered “Moss” but it is clearly “Pine”. How do I send it back? I do not have a printer."
            ),
            says(
                "nora",
                "No printer needed: show the code below at any post office counter and they print the label.\n\nFJ-RET-{order}\n\nThe right one leaves as soon as the parcel is scanned.",
                90,
            ),
            away(
                "I am out of the office until Monday and read mail only now and then. For orders please write to orders@lindenberg.test."
            ),
        ),
        cases=(
            Case(customer="bea", ago=2 * DAY, assignee="nora"),
            Case(customer="camille", ago=18 * DAY, lines=2, status="closed", assignee="nora"),
        ),
    ),
    Conversation(
        subject="Do you ship to Kenya?",
        team="Shop",
        brand="Fjordlight",
        tags=("shipping", "question"),
        lines=(
            asks(
                "I would like four “Aurora” lamps for a waiting room in Nairobi. What would shipping cost, and do you handle customs?"
            ),
            notes("nora", "Asked the carrier, answer until Thursday."),
            says(
                "nora",
                "We have not shipped to Kenya before, so I asked our carrier for a price including customs. You will have it by Thursday.",
                2 * HOUR,
                status="on_hold",
            ),
        ),
        cases=(
            Case(customer="wanjiru", ago=34 * HOUR, assignee="nora"),
            Case(customer="kofi", ago=5 * DAY, lines=1, status="open", assignee="nora"),
        ),
    ),
    Conversation(
        subject="Wholesale prices for a hotel",
        team="Shop",
        brand="Fjordlight",
        tags=("sales",),
        lines=(
            asks(
                "We are furnishing 36 rooms and need about 80 bedside lamps with warm light (2200 K), delivery in February. Could you make us an offer?"
            ),
            says(
                "manager",
                "Thank you for thinking of us. For 80 pieces I can offer {amount} net each, delivery in the second week of February, including dimmers. The offer is attached and stands until the end of the month.",
                DAY,
                files=("offer.pdf",),
            ),
            asks("Thanks, I will show it to the owners and come back to you.", 5 * HOUR),
            says("manager", "Take your time. I will ask again in two weeks.", 30, status="on_hold"),
        ),
        cases=(
            Case(customer="eleni", ago=3 * DAY),
            Case(customer="minjun", ago=15 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Bulb flickers",
        team="Shop",
        brand="Fjordlight",
        tags=("warranty",),
        lines=(
            asks("The bulb of my “Fjord 2” flickers when dimmed below a third. Is that normal?"),
            says(
                "nora",
                "Not normal, and covered by the warranty. Which dimmer do you use? A photo of its label is enough.",
                3 * HOUR,
            ),
        ),
        cases=(
            Case(customer="george", ago=31 * HOUR, assignee="nora", outcome="failed"),
            Case(customer="agnieszka", ago=12 * DAY, status="closed", assignee="nora"),
        ),
    ),
)
