"""The roof: settings, addresses, servers and the one-command runner."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
