"""The pages about the desk as a whole. Those of an app stand in the app."""

from django.urls import path

from helpdesk.views import settings

app_name = "settings"
urlpatterns = [
    path("", settings.home, name="home"),
    path("desk/", settings.about_desk, name="desk"),
    path("audit/", settings.audit_trail, name="audit"),
]
