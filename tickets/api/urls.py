from django.urls import path
from rest_framework.routers import SimpleRouter

from tickets.api.views import AttachmentFile, TicketViews

router = SimpleRouter()
router.register("tickets", TicketViews, basename="api-ticket")
urlpatterns = [
    *router.urls,
    path("attachments/<str:token>/", AttachmentFile.as_view(), name="api-attachment"),
]
