"""Doorbells: each wakes one function that asks the database what there is to do."""

from celery import shared_task

from tickets import dispatch, housekeeping


@shared_task(name="tickets.process_events")
def process_events() -> None:
    dispatch.process_events()


@shared_task(name="tickets.tidy")
def tidy() -> None:
    housekeeping.tidy()
