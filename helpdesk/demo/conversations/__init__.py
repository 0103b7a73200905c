"""All conversations of the demo desk, in the order in which they are listed here."""

from helpdesk.demo.conversations import app, billing, german, northern, odd, romance, shop, world
from helpdesk.demo.script import Conversation

CONVERSATIONS: tuple[Conversation, ...] = (
    *billing.CONVERSATIONS,
    *app.CONVERSATIONS,
    *shop.CONVERSATIONS,
    *german.CONVERSATIONS,
    *northern.CONVERSATIONS,
    *romance.CONVERSATIONS,
    *world.CONVERSATIONS,
    *odd.CONVERSATIONS,
)
