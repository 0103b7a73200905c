"""The agents' addresses. Those of customers are in portal_urls."""

from django.urls import path, register_converter

from tickets.views import (
    agents,
    compose,
    drafts,
    files,
    forward,
    inbox,
    live,
    messages,
    people,
    ticket,
    update,
)


class Number:
    """A ticket's number: no leading zeros, and small enough for the database."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Number, "number")

app_name = "tickets"
urlpatterns = [
    path("", inbox.home, name="home"),
    path("inbox/", inbox.home, name="inboxes"),
    path("inbox/<slug:view>/", inbox.inbox, name="inbox"),
    path("inbox/<slug:view>/rows/", inbox.rows, name="rows"),
    path("inbox/<slug:view>/filters/", inbox.choose_filters, name="filters"),
    path("inbox/<slug:view>/views/", inbox.views, name="views"),
    path("live/since/", live.since, name="since"),
    path("settings/agents/", agents.listed, name="agents"),
    path("settings/agents/<number:pk>/let-go/", agents.let_go, name="let_go"),
    path("settings/agents/<number:pk>/take-back/", agents.take_back, name="take_back"),
    path("files/<str:token>/", files.file, name="file"),
    # Beside a customer's page, which stands in accounts.
    path("people/<number:pk>/tickets/", people.tickets_of_customer, name="tickets_of_customer"),
    # The ticket's page and its parts.
    path("t/<number:number>/", ticket.ticket, name="ticket"),
    path("t/<number:number>/head/", ticket.head, name="head"),
    path("t/<number:number>/timeline/", ticket.timeline, name="timeline"),
    path("t/<number:number>/details/", ticket.details_pane, name="details"),
    path("t/<number:number>/seen/", ticket.seen, name="seen"),
    path("t/<number:number>/unread/", ticket.unread, name="unread"),
    # Messages.
    path("t/<number:number>/messages/<number:pk>/", ticket.message, name="message"),
    path("t/<number:number>/messages/<number:pk>/body/", messages.body, name="body"),
    path("t/<number:number>/messages/<number:pk>/picture/", messages.picture, name="picture"),
    path("t/<number:number>/messages/<number:pk>/undo/", messages.undo, name="undo"),
    path("t/<number:number>/messages/<number:pk>/send-now/", messages.send_now, name="send_now"),
    path("t/<number:number>/messages/<number:pk>/retry/", messages.retry, name="retry"),
    path("t/<number:number>/messages/<number:pk>/arrived/", messages.arrived, name="arrived"),
    path("t/<number:number>/messages/<number:pk>/forward/", forward.forward, name="forward"),
    path("t/<number:number>/messages/<number:pk>/share/", forward.share, name="share"),
    path("t/<number:number>/messages/<number:pk>/accept/", messages.accept, name="accept"),
    # Writing.
    path("t/<number:number>/reply/", compose.reply, name="reply"),
    path("t/<number:number>/note/", compose.note, name="note"),
    path("t/<number:number>/draft/<slug:mode>/", drafts.draft, name="draft"),
    path("t/<number:number>/uploads/", drafts.upload, name="upload"),
    # Properties.
    path("t/<number:number>/status/", update.status, name="status"),
    path("t/<number:number>/assignee/", update.assignee, name="assignee"),
    path("t/<number:number>/take/", update.take, name="take"),
    path("t/<number:number>/team/", update.team, name="team"),
    path("t/<number:number>/priority/", update.priority, name="priority"),
    path("t/<number:number>/subject/", update.subject, name="subject"),
    path("t/<number:number>/tags/", update.tags, name="tags"),
    path("t/<number:number>/participants/", update.add_participant, name="add_participant"),
    path(
        "t/<number:number>/participants/<number:pk>/remove/",
        update.remove_participant,
        name="remove_participant",
    ),
]
