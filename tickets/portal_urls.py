"""The customers' pages: their requests, and the links that open them."""

from django.urls import path

from tickets.views import portal

app_name = "portal"
urlpatterns = [
    path("help/", portal.home, name="home"),
    path("requests/", portal.requests, name="requests"),
    path("requests/link/", portal.ask_for_link, name="ask_for_link"),
    path("requests/link/sent/", portal.link_sent, name="link_sent"),
    path("requests/link/<str:token>/", portal.link, name="link"),
    path("requests/leave/", portal.leave, name="leave"),
    path("requests/<int:number>/", portal.request_page, name="request"),
    path("requests/<int:number>/reply/", portal.reply, name="reply"),
    path("requests/<int:number>/solve/", portal.solve, name="solve"),
    path("requests/<int:number>/reopen/", portal.reopen, name="reopen"),
]
