"""The moment, read once by each door and passed on as `at`."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime:
    """
    Return the database's moment, aware, in UTC.

    Two web machines' clocks may differ by a minute and a hold lasts ten: PostgreSQL's clock is the one all share. An
    SQLite file is used from one machine only, whose clock is the process's.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
