"""The one clock of the desk: the database's. The machines' own clocks may differ, by minutes or by a year."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The moment at which this statement began, by the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
