"""The Celery application and the beat schedule.

Tasks are doorbells: what is due stands in PostgreSQL, so a lost or doubled call costs time, never a message.
"""

import os

from celery import Celery

from helpdesk import worker_watch  # noqa: F401 (looks after each worker)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

EVERY_FEW_SECONDS, EVERY_HALF_MINUTE, EVERY_MINUTE, EVERY_HOUR = 5.0, 30.0, 60.0, 3600.0


def _slot(task: str, seconds: float) -> dict:
    # A late call is dropped once the next one is due: a beat that was down does not cause a burst.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_scheduler = "helpdesk.beat:Scheduler"
app.conf.beat_schedule = {
    "events": _slot("tickets.process_events", EVERY_FEW_SECONDS),
    "payloads": _slot("channels_inbox.process_payloads", EVERY_FEW_SECONDS),
    "deliveries": _slot("channels_inbox.send_due", EVERY_FEW_SECONDS),
    "poll": _slot("channels_inbox.poll_inboxes", EVERY_MINUTE),
    "calls": _slot("channels_inbox.call_admins", EVERY_MINUTE),
    "ledger": _slot("channels_inbox.check_ledger", EVERY_HOUR),
    "tidy": _slot("tickets.tidy", EVERY_HOUR),
    "tidy_channels": _slot("channels_inbox.tidy", EVERY_HOUR),
}
