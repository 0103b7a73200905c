"""The web form's addresses."""

from django.urls import path

from channels_inbox.form import views

app_name = "form"
urlpatterns = [
    path("requests/new/", views.new, name="new"),
    path("requests/sent/", views.sent, name="sent"),
]
