"""Every address of the desk: one include for each app."""

from django.contrib import admin
from django.urls import include, path

handler500 = "foundation.database_trouble.server_error"
urlpatterns = [
    path("api/v1/", include("helpdesk.api")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("", include("tickets.urls")),
    path("", include("tickets.portal_urls")),
    path("", include("channels_inbox.form.urls")),
    path("", include("channels_inbox.urls")),
    path("settings/", include("helpdesk.settings_urls")),
    path("demo/", include("helpdesk.demo_urls")),
]
