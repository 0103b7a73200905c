from channels_inbox.models.delivery import MessageDelivery
from channels_inbox.models.grant import MailboxGrant, MailboxSignIn
from channels_inbox.models.hook import ProviderHook
from channels_inbox.models.inbox import Inbox, MailboxPosition
from channels_inbox.models.mail_text import MailText
from channels_inbox.models.payload import InboundPayload
from channels_inbox.models.reflex import Reflex
from channels_inbox.models.thread import ExternalThread

__all__ = [
    "ExternalThread",
    "InboundPayload",
    "Inbox",
    "MailText",
    "MailboxGrant",
    "MailboxPosition",
    "MailboxSignIn",
    "MessageDelivery",
    "ProviderHook",
    "Reflex",
]
