"""The pages of the channels: inboxes and their repair, and the originals of messages."""

from django.urls import path

from channels_inbox import webhooks
from channels_inbox.views import (
    failures,
    inboxes,
    mail_texts,
    mailbox_sign_in,
    originals,
    providers,
    quarantine,
    reasons,
)

app_name = "channels_inbox"
urlpatterns = [
    path("hooks/<str:token>/", webhooks.receive, name="hook"),
    # Mailgun gives the whole mail to addresses that end like this.
    path("hooks/<str:token>/mime", webhooks.receive),
    path("settings/channels/", inboxes.overview, name="inboxes"),
    path("settings/channels/new/<slug:kind>/", inboxes.add, name="add_inbox"),
    path("settings/channels/test/", inboxes.begin_trial, name="begin_trial"),
    path("settings/channels/test/<str:key>/", inboxes.trial, name="trial"),
    path("settings/channels/<int:pk>/", inboxes.edit, name="inbox"),
    path("settings/channels/<int:pk>/switch/", inboxes.switch, name="switch_inbox"),
    path("settings/channels/<int:pk>/provider/", providers.edit, name="provider"),
    path("settings/channels/<int:pk>/provider/renew/", providers.renew, name="renew_provider_address"),
    path("settings/channels/<int:pk>/connect/", mailbox_sign_in.connect, name="connect_inbox"),
    path("settings/channels/signed-in/<slug:provider>/", mailbox_sign_in.signed_in, name="signed_in"),
    path("settings/mails/", mail_texts.overview, name="mail_texts"),
    path("settings/mails/preview/<str:token>/", mail_texts.framed, name="mail_frame"),
    path("settings/mails/<str:key>/", mail_texts.edit, name="mail_text"),
    path("settings/mails/<str:key>/preview/", mail_texts.preview, name="mail_preview"),
    path("settings/quarantine/", quarantine.listed, name="quarantine"),
    path("settings/quarantine/decide/", quarantine.decide, name="decide"),
    path("settings/quarantine/<int:pk>/", quarantine.one, name="held"),
    path("settings/quarantine/<int:pk>/raw/", quarantine.raw, name="held_raw"),
    path("settings/failures/", failures.listed, name="failures"),
    path("settings/failures/deliveries/", failures.decide_deliveries, name="decide_deliveries"),
    path("settings/failures/events/", failures.retry_events, name="retry_events"),
    path("settings/failures/given-up/", failures.retry_given_up, name="retry_given_up"),
    path("t/<int:number>/messages/<int:pk>/original/", originals.original, name="original"),
    path("t/<int:number>/messages/<int:pk>/original/raw/", originals.raw, name="original_raw"),
    path("t/<int:number>/messages/<int:pk>/why/", reasons.why, name="why"),
]
