"""Both protocols in one process: pages over HTTP, the live bell over websockets.

Pages are synchronous code, so they run as WSGI in threads: Django's own ASGI handler would make a thread
for every request of theirs. In production gunicorn serves the pages and only /ws/ comes here.
"""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "30")

# Before anything that needs the models.
pages = get_wsgi_application()

from tickets.live.urls import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(cast(Any, pages), workers=8),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
